import { setTimeout as sleep } from 'node:timers/promises';
import type { CityConsequence, CityConsequenceKind, CityFault } from '#libs/contracts';

/** How many faults of a run are remembered; older ones are forgotten. */
const MAX_FAULTS = 200;
/** How long the consequences of a fault are waited for: a freeze lasts a minute, a rebuilt standby takes seconds. */
const FOLLOW_LIMIT_MS = 180_000;
/** How often one looks for a consequence: times that nobody else has taken are exact to this. */
const POLL_MS = 100;

/** A consequence that is waited for. */
export interface Awaited {
  readonly what: CityConsequenceKind;
  text(): string;
  /** Wall time at which it came; undefined: not yet. A rejection counts as not yet. */
  happenedAtMs(): Promise<number | undefined> | number | undefined;
}

interface OpenFault extends CityFault {
  consequences: CityConsequence[];
}

/** The faults of this run and what followed them. */
export class FaultLog {
  readonly #faults: OpenFault[] = [];
  #count = 0;
  #isClosed = false;

  /** Newest first. */
  get faults(): readonly CityFault[] {
    return this.#faults;
  }

  /** Records a fault that has begun at `atMs`, and measures its consequences from now on. */
  record(
    fault: Pick<CityFault, 'act' | 'process' | 'kind' | 'role' | 'by'>,
    atMs: number,
    awaited: readonly Awaited[],
  ): CityFault {
    this.#count += 1;
    const entry: OpenFault = {
      ...fault,
      id: this.#count,
      at: new Date(atMs).toISOString(),
      is_over: false,
      consequences: awaited.map((one) => ({ what: one.what, text: one.text(), after_ms: null })),
    };
    this.#faults.unshift(entry);
    this.#faults.splice(MAX_FAULTS);
    void this.#follow(entry, atMs, awaited);
    return entry;
  }

  close(): void {
    this.#isClosed = true;
  }

  async #follow(fault: OpenFault, atMs: number, awaited: readonly Awaited[]): Promise<void> {
    await Promise.all(
      awaited.map(async (one, index) => {
        const happenedMs = await this.#untilHappened(one);
        const afterMs = happenedMs === undefined ? null : Math.max(0, Math.round(happenedMs - atMs));
        fault.consequences[index] = { what: one.what, text: one.text(), after_ms: afterMs };
      }),
    );
    fault.is_over = true;
  }

  async #untilHappened(one: Awaited): Promise<number | undefined> {
    const deadline = performance.now() + FOLLOW_LIMIT_MS;
    while (!this.#isClosed && performance.now() < deadline) {
      const happenedMs = await Promise.resolve()
        .then(() => one.happenedAtMs())
        .catch(() => undefined);
      if (happenedMs !== undefined) return happenedMs;
      await sleep(POLL_MS, undefined, { ref: false });
    }
    return undefined;
  }
}
