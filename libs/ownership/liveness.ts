import type { Member } from './member.ts';
import type { InstanceName } from './shard-claim.ts';

export interface LivenessParams {
  /** Silence after which a member is probed. */
  readonly suspectAfterMs: number;
  /** How long a probe may take. */
  readonly probeTimeoutMs: number;
  /** From a failed probe to the next. */
  readonly probeRetryMs: number;
  /** Consecutive failed probes after which a suspect counts as dead. */
  readonly probesToDeath: number;
  /** How long no member is suspected after the bus is back, because all have to reconnect. */
  readonly busGraceMs: number;
  /** How long a lost member is heard without a gap before it takes part again. */
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

/** Findings of a tick. */
export interface LivenessFindings {
  readonly probe: readonly InstanceName[];
  readonly suspected: readonly InstanceName[];
  readonly died: readonly InstanceName[];
}

interface Suspicion {
  failures: number;
  /** When the next probe is due; Infinity while one is pending. */
  nextProbeAtMs: number;
  /** When the pending probe counts as failed without a reply. */
  probeEndsAtMs: number;
}

interface LastHeard {
  incarnation: string;
  atMs: number;
  /** Start of the current period without a gap. */
  sinceMs: number;
}

/** How many instances have their last sign of life kept, members or not. */
const MAX_INSTANCES = 4_096;

/**
 * Failure detector on heartbeats and probes: a silent member is suspect, and a suspect that answers none of several
 * probes is dead. Like any such detector it is sometimes wrong; only progress depends on it, not safety.
 */
export class Liveness {
  readonly #params: LivenessParams;
  readonly #lastHeard = new Map<InstanceName, LastHeard>();
  readonly #suspicions = new Map<InstanceName, Suspicion>();
  readonly #dead = new Set<InstanceName>();
  #members: ReadonlyMap<InstanceName, Member> = new Map();
  /** Silence counts from this time at the earliest. */
  #countsFromMs = -Infinity;
  #begunAtMs = 0;
  #isBusLost = false;

  constructor(params: LivenessParams) {
    this.#params = params;
  }

  /** True while the bus is down: no member is judged then. */
  get isBusLost(): boolean {
    return this.#isBusLost;
  }

  get hasSuspects(): boolean {
    return this.#suspicions.size > 0;
  }

  /** Starts judging from scratch: earlier heartbeats count, earlier silence does not. */
  begin(nowMs: number): void {
    this.end();
    this.#begunAtMs = nowMs;
    this.#countsFromMs = Math.max(this.#countsFromMs, nowMs);
  }

  /** Stops judging; heartbeats are still recorded. */
  end(): void {
    this.#suspicions.clear();
    this.#dead.clear();
    this.#members = new Map();
  }

  /** Sets the members to watch. A new member or incarnation counts as heard now. */
  watch(members: readonly Member[], nowMs: number): void {
    const before = this.#members;
    this.#members = new Map(members.map((member) => [member.instance, member]));
    for (const member of members) {
      const { instance, incarnation } = member;
      if (before.get(instance)?.incarnation === incarnation) continue;
      this.#clear(instance);
      if (this.#lastHeard.get(instance)?.incarnation !== incarnation)
        this.#note(instance, incarnation, nowMs);
    }
    for (const instance of [...this.#suspicions.keys(), ...this.#dead])
      if (!this.#members.has(instance)) this.#clear(instance);
  }

  /** Records a heartbeat or a probe reply. Returns true if it clears a suspicion. */
  heard(instance: InstanceName, incarnation: string, nowMs: number): boolean {
    const member = this.#members.get(instance);
    // A former incarnation, or one that has not joined yet, must not hide the silence of the member.
    if (member !== undefined && member.incarnation !== incarnation) return false;
    this.#note(instance, incarnation, nowMs);
    if (member === undefined) return false;
    const cleared = this.#suspicions.has(instance) || this.#dead.has(instance);
    if (this.#areAllDead()) this.#clearAll(nowMs);
    this.#clear(instance);
    return cleared;
  }

  probeFailed(instance: InstanceName, nowMs: number): void {
    const suspicion = this.#suspicions.get(instance);
    if (suspicion === undefined || suspicion.nextProbeAtMs !== Infinity) return;
    suspicion.failures += 1;
    suspicion.nextProbeAtMs = nowMs + this.#params.probeRetryMs;
  }

  /** Members found dead by then may only have been unreachable from here. */
  busLost(): void {
    this.#isBusLost = true;
    this.#suspicions.clear();
    this.#dead.clear();
  }

  busConnected(nowMs: number): void {
    this.#isBusLost = false;
    this.#clearAll(nowMs);
  }

  /** If all members seem dead, this process was more likely cut off itself. */
  #areAllDead(): boolean {
    if (this.#dead.size < 2) return false;
    return [...this.#members.values()].every(
      ({ instance, state }) => state === 'lost' || this.#dead.has(instance),
    );
  }

  /** Clears all members and gives them a grace period. */
  #clearAll(nowMs: number): void {
    this.#suspicions.clear();
    this.#dead.clear();
    const { busGraceMs, suspectAfterMs } = this.#params;
    this.#countsFromMs = Math.max(this.#countsFromMs, nowMs + busGraceMs - suspectAfterMs);
  }

  tick(nowMs: number): LivenessFindings {
    if (this.#isBusLost) return { probe: [], suspected: [], died: [] };
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
        // The reply gets twice the probe timeout, to allow for delays in this process.
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
    return this.#lastHeard.get(instance)?.atMs ?? -Infinity;
  }

  /** Silence of the member, counted at most from the start of judging. */
  silentMs(instance: InstanceName, nowMs: number): number {
    return nowMs - Math.max(this.heardAtMs(instance), this.#begunAtMs);
  }

  /** Whether a lost member has been heard long enough to take part again. */
  isSteady({ instance, incarnation }: Member, nowMs: number): boolean {
    const contact = this.#lastHeard.get(instance);
    if (contact === undefined || contact.incarnation !== incarnation) return false;
    const { suspectAfterMs, returnAfterMs } = this.#params;
    return nowMs - contact.atMs < suspectAfterMs && contact.atMs - contact.sinceMs >= returnAfterMs;
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
    const known = this.#lastHeard.get(instance);
    const unbroken = known?.incarnation === incarnation && nowMs - known.atMs < this.#params.suspectAfterMs;
    if (known?.incarnation === incarnation && nowMs <= known.atMs) return;
    this.#lastHeard.delete(instance);
    this.#lastHeard.set(instance, { incarnation, atMs: nowMs, sinceMs: unbroken ? known.sinceMs : nowMs });
    if (this.#lastHeard.size <= MAX_INSTANCES) return;
    for (const oldest of this.#lastHeard.keys()) {
      this.#lastHeard.delete(oldest);
      return;
    }
  }

  #clear(instance: InstanceName): void {
    this.#suspicions.delete(instance);
    this.#dead.delete(instance);
  }
}
