import { startNats, type Nats, type NatsNode } from '../nats/start-nats.ts';
import { temporaryDirectory } from '../process/temporary-directory.ts';
import type { SupervisedChild } from '../process/supervised-child.ts';

export interface TestNats {
  readonly url: string;
  readonly urls: readonly string[];
  /** The key of each role, for processes that are started by hand. */
  readonly seeds: Nats['seeds'];
  /** The server processes, for pausing or killing. */
  readonly servers: readonly SupervisedChild[];
  /** The same servers, with restart. */
  readonly nodes: readonly NatsNode[];
  stop(): Promise<void>;
}

/** Starts a separate nats-server, or a cluster of several. */
export async function testNats(servers = 1): Promise<TestNats> {
  const directory = temporaryDirectory('test-nats');
  const nats = await startNats({ directory: directory.path, servers });
  return {
    url: nats.urls.join(','),
    urls: nats.urls,
    seeds: nats.seeds,
    get servers() {
      return nats.servers;
    },
    nodes: nats.nodes,
    stop: async () => {
      await nats.stop();
      directory.remove();
    },
  };
}
