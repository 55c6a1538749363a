import { SeverableLine, type CutKind } from '../network/severable-line.ts';
import { LOOPBACK } from '../network/free-port.ts';
import type { ServerSpec } from './server.ts';

/**
 * The network between the servers of a cluster: a severable line from each server to each other one, independent of
 * the primary.
 */
export class ReplicationLines {
  /** Keyed by the name of the standby, then of the server it follows. */
  readonly #lines: ReadonlyMap<string, ReadonlyMap<string, SeverableLine>>;

  private constructor(lines: ReadonlyMap<string, ReadonlyMap<string, SeverableLine>>) {
    this.#lines = lines;
  }

  static async between(servers: readonly Pick<ServerSpec, 'name' | 'port'>[]): Promise<ReplicationLines> {
    const lines = new Map<string, Map<string, SeverableLine>>();
    for (const from of servers) {
      const toOthers = new Map<string, SeverableLine>();
      for (const to of servers) {
        if (to !== from) toOthers.set(to.name, await SeverableLine.to(`tcp://${LOOPBACK}:${to.port}`));
      }
      lines.set(from.name, toOthers);
    }
    return new ReplicationLines(lines);
  }

  /** Port at which a standby reaches the server that it follows. */
  portBetween(standby: string, upstream: string): number {
    const line = this.#lines.get(standby)?.get(upstream);
    if (line === undefined) throw new Error(`there is no line from ${standby} to ${upstream}`);
    return Number(new URL(line.url).port);
  }

  /** Cuts a server off from the other servers; its clients still reach it. */
  cut(server: string, kind: CutKind = 'black_hole'): void {
    for (const line of this.#linesOf(server)) line.cut(kind);
  }

  mend(server: string): void {
    for (const line of this.#linesOf(server)) line.mend();
  }

  /** Bytes over the lines of this server, in both directions. */
  forwardedBytes(server: string): number {
    return this.#linesOf(server).reduce((total, line) => total + line.forwardedBytes, 0);
  }

  close(): void {
    for (const toOthers of this.#lines.values()) for (const line of toOthers.values()) line.close();
  }

  #linesOf(server: string): SeverableLine[] {
    return [...this.#lines].flatMap(([from, toOthers]) =>
      [...toOthers].filter(([to]) => from === server || to === server).map(([, line]) => line),
    );
  }
}
