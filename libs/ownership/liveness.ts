import type { Member } from './member.ts';
import type { InstanceName } from './shard-claim.ts';

export interface LivenessParams {
  /** Silence after which a member is probed. */
  readonly suspectAfterMs: number;
  /** How long a probe may take. */
  readonly probeTimeoutMs: number;
  /** From a failed probe to the next. */
  readonly probeRetryMs: number;
  /** Failed probes, one after the other, after which a suspect is taken for dead. */
  readonly probesToDeath: number;
  /** After the bus has come back nobody is suspected for so long: everyone has to reconnect. */
  readonly busGraceMs: number;
  /** A lost member that is heard without a break for so long takes part again. */
  readonly returnAfterMs: number;
}

export const DEFAULT_LIVENESS_PARAMS: LivenessParams = {
  suspectAfterMs: 1_500,
  probeTimeoutMs: 700,
  probeRetryMs: 250,
  probesToDeath: 2,
  busGraceMs: 3_000,
  returnAfterMs: 2_000,
};

export type Health = 'alive' | 'suspect' | 'dead';

/** What a tick found out. */
export interface LivenessFindings {
  readonly probe: readonly InstanceName[];
  readonly suspected: readonly InstanceName[];
  readonly died: readonly InstanceName[];
}

interface Suspicion {
  failures: number;
  /** When the next probe is due; Infinity while one is under way. */
  nextProbeAtMs: number;
  /** When the probe under way counts as failed even if nobody says so. */
  probeEndsAtMs: number;
}

interface Word {
  incarnation: string;
  atMs: number;
  /** Since when it has been heard without a break. */
  sinceMs: number;
}

/** How many instances are remembered, members or not. */
const MAX_WORDS = 4_096;

/**
 * Who is alive, as far as can be told from heartbeats and probes: silent for a while is suspect, suspect without an
 * answer to several probes is dead. Wrong at times, as any such detector must be; nothing but progress depends on it.
 */
export class Liveness {
  readonly #params: LivenessParams;
  readonly #words = new Map<InstanceName, Word>();
  readonly #suspicions = new Map<InstanceName, Suspicion>();
  readonly #dead = new Set<InstanceName>();
  #members: ReadonlyMap<InstanceName, Member> = new Map();
  /** Silence counts from here at the earliest. */
  #countsFromMs = -Infinity;
  #begunAtMs = 0;
  #deaf = false;

  constructor(params: LivenessParams) {
    this.#params = params;
  }

  /** While the bus is away nothing can be said of anybody. */
  get deaf(): boolean {
    return this.#deaf;
  }

  get hasSuspects(): boolean {
    return this.#suspicions.size > 0;
  }

  /** Starts to judge afresh: word heard before counts, silence before does not. */
  begin(nowMs: number): void {
    this.end();
    this.#begunAtMs = nowMs;
    this.#countsFromMs = Math.max(this.#countsFromMs, nowMs);
  }

  /** Judges nobody any more; what is heard is still noted. */
  end(): void {
    this.#suspicions.clear();
    this.#dead.clear();
    this.#members = new Map();
  }

  /** Whom to watch. One that is new, or is another incarnation, counts as heard now. */
  watch(members: readonly Member[], nowMs: number): void {
    const before = this.#members;
    this.#members = new Map(members.map((member) => [member.instance, member]));
    for (const member of members) {
      const { instance, incarnation } = member;
      if (before.get(instance)?.incarnation === incarnation) continue;
      this.#clear(instance);
      if (this.#words.get(instance)?.incarnation !== incarnation) this.#note(instance, incarnation, nowMs);
    }
    for (const instance of [...this.#suspicions.keys(), ...this.#dead])
      if (!this.#members.has(instance)) this.#clear(instance);
  }

  /** A heartbeat, or the answer to a probe. Returns true where it clears a suspicion. */
  heard(instance: InstanceName, incarnation: string, nowMs: number): boolean {
    const member = this.#members.get(instance);
    // The word of a former life, or of one that has not joined yet, must not hide that the member is silent.
    if (member !== undefined && member.incarnation !== incarnation) return false;
    this.#note(instance, incarnation, nowMs);
    if (member === undefined) return false;
    const cleared = this.#suspicions.has(instance) || this.#dead.has(instance);
    if (this.#isEverybodyDead()) this.#absolveAll(nowMs);
    this.#clear(instance);
    return cleared;
  }

  probeFailed(instance: InstanceName, nowMs: number): void {
    const suspicion = this.#suspicions.get(instance);
    if (suspicion === undefined || suspicion.nextProbeAtMs !== Infinity) return;
    suspicion.failures += 1;
    suspicion.nextProbeAtMs = nowMs + this.#params.probeRetryMs;
  }

  /** Whoever was found dead by then may have been out of our hearing only. */
  busLost(): void {
    this.#deaf = true;
    this.#suspicions.clear();
    this.#dead.clear();
  }

  busConnected(nowMs: number): void {
    this.#deaf = false;
    this.#absolveAll(nowMs);
  }

  /** More likely it was us who were cut off. */
  #isEverybodyDead(): boolean {
    if (this.#dead.size < 2) return false;
    return [...this.#members.values()].every(
      ({ instance, state }) => state === 'lost' || this.#dead.has(instance),
    );
  }

  /** Everybody gets time to be heard again. */
  #absolveAll(nowMs: number): void {
    this.#suspicions.clear();
    this.#dead.clear();
    const { busGraceMs, suspectAfterMs } = this.#params;
    this.#countsFromMs = Math.max(this.#countsFromMs, nowMs + busGraceMs - suspectAfterMs);
  }

  tick(nowMs: number): LivenessFindings {
    if (this.#deaf) return { probe: [], suspected: [], died: [] };
    const suspected = this.#findSilent(nowMs);
    const died: InstanceName[] = [];
    const probe: InstanceName[] = [];
    for (const [instance, suspicion] of this.#suspicions) {
      if (nowMs >= suspicion.probeEndsAtMs) this.probeFailed(instance, nowMs);
      if (suspicion.failures >= this.#params.probesToDeath) {
        this.#suspicions.delete(instance);
        this.#dead.add(instance);
        died.push(instance);
      } else if (nowMs >= suspicion.nextProbeAtMs) {
        suspicion.nextProbeAtMs = Infinity;
        // The answer has a little longer than the probe itself, for the way through the asking process.
        suspicion.probeEndsAtMs = nowMs + 2 * this.#params.probeTimeoutMs;
        probe.push(instance);
      }
    }
    return { probe, suspected, died };
  }

  healthOf(instance: InstanceName): Health {
    if (this.#dead.has(instance)) return 'dead';
    return this.#suspicions.has(instance) ? 'suspect' : 'alive';
  }

  /** When the member was last heard, -Infinity if never. */
  heardAtMs(instance: InstanceName): number {
    return this.#words.get(instance)?.atMs ?? -Infinity;
  }

  /** For how long nothing was heard of it, as far as is known since this judging began. */
  silentMs(instance: InstanceName, nowMs: number): number {
    return nowMs - Math.max(this.heardAtMs(instance), this.#begunAtMs);
  }

  /** Whether a lost member has been heard long enough to take part again. */
  isSteady({ instance, incarnation }: Member, nowMs: number): boolean {
    const word = this.#words.get(instance);
    if (word === undefined || word.incarnation !== incarnation) return false;
    const { suspectAfterMs, returnAfterMs } = this.#params;
    return nowMs - word.atMs < suspectAfterMs && word.atMs - word.sinceMs >= returnAfterMs;
  }

  #findSilent(nowMs: number): InstanceName[] {
    const silent: InstanceName[] = [];
    for (const { instance, state } of this.#members.values()) {
      if (state === 'lost' || this.#suspicions.has(instance) || this.#dead.has(instance)) continue;
      const sinceMs = Math.max(this.heardAtMs(instance), this.#countsFromMs);
      if (nowMs - sinceMs <= this.#params.suspectAfterMs) continue;
      this.#suspicions.set(instance, { failures: 0, nextProbeAtMs: nowMs, probeEndsAtMs: Infinity });
      silent.push(instance);
    }
    return silent;
  }

  #note(instance: InstanceName, incarnation: string, nowMs: number): void {
    const known = this.#words.get(instance);
    const unbroken = known?.incarnation === incarnation && nowMs - known.atMs < this.#params.suspectAfterMs;
    if (known?.incarnation === incarnation && nowMs <= known.atMs) return;
    this.#words.delete(instance);
    this.#words.set(instance, { incarnation, atMs: nowMs, sinceMs: unbroken ? known.sinceMs : nowMs });
    if (this.#words.size <= MAX_WORDS) return;
    for (const oldest of this.#words.keys()) {
      this.#words.delete(oldest);
      return;
    }
  }

  #clear(instance: InstanceName): void {
    this.#suspicions.delete(instance);
    this.#dead.delete(instance);
  }
}
