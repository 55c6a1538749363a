import { postToken } from '#libs/contracts';
import type { ApiClient } from './api-client.ts';

/** A phone's token: fetched when first needed, and again when the service says that it is no longer good. */
export class Credentials {
  readonly #fetchToken: () => Promise<string>;
  #token: Promise<string> | undefined;

  constructor(fetchToken: () => Promise<string>) {
    this.#fetchToken = fetchToken;
  }

  token(): Promise<string> {
    this.#token ??= this.#fetchToken().catch((error: unknown) => {
      this.#token = undefined;
      throw error;
    });
    return this.#token;
  }

  forget(): void {
    this.#token = undefined;
  }
}

/** As long as the issuer grants: JWT expiry is real time, and a day is longer than any run. */
const TOKEN_TTL_S = 86_400;

/** Where simulated people get their tokens: the development issuer. */
export class TokenDesk {
  readonly #issuerApi: ApiClient;

  constructor(issuerApi: ApiClient) {
    this.#issuerApi = issuerApi;
  }

  /** @throws ApiError */
  async issue(role: 'rider' | 'driver', subject: string): Promise<string> {
    const { token } = await this.#issuerApi.call(postToken, { body: { role, subject, ttl_s: TOKEN_TTL_S } });
    return token;
  }
}
