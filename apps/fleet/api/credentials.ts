/** A phone's token: fetched when first needed, and again after the service rejects it. */
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
