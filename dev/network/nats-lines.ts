import { SeverableLine } from './severable-line.ts';

/** All network connections of one process: a proxy line to each nats-server. */
export class NatsLines {
  readonly #lines: readonly SeverableLine[];

  private constructor(lines: readonly SeverableLine[]) {
    this.#lines = lines;
  }

  static async to(urls: readonly string[]): Promise<NatsLines> {
    return new NatsLines(await Promise.all(urls.map((url) => SeverableLine.to(url))));
  }

  get urls(): string[] {
    return this.#lines.map(({ url }) => url);
  }

  get forwardedBytes(): number {
    return this.#lines.reduce((total, { forwardedBytes }) => total + forwardedBytes, 0);
  }

  /** Drops every byte both ways, without closing the connections. */
  cut(): void {
    for (const line of this.#lines) line.cut('black_hole');
  }

  mend(): void {
    for (const line of this.#lines) line.mend();
  }

  close(): void {
    for (const line of this.#lines) line.close();
  }
}
