import { Client, type ClientConfig } from 'pg';
import type { UrlNow } from './url-now.ts';

/** The kind of client that a pool makes for a server: each new one connects with the URL of then. */
export function currentClient(url: string, urlNow: UrlNow): new (config?: ClientConfig) => Client {
  return class extends Client {
    constructor(config?: ClientConfig) {
      super({ ...config, connectionString: urlNow(url) });
    }
  };
}
