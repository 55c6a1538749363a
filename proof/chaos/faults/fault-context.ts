import type { ChaosCity, ChaosMatcher, ChaosService } from '../city/chaos-city.ts';
import type { ClusterView } from '../city/cluster-view.ts';
import { whenSo, type Observer } from '../city/observer.ts';
import type { ShardFact } from '../checker/facts.ts';
import type { FaultKind } from './fault-kinds.ts';
import type { PlannedFault } from './schedule.ts';

/** Longer than any recovery may take, many times over. */
export const RECOVERY_LIMIT_MS = 60_000;
/** A signal, a socket or a line shows what was done to it within this. */
export const EFFECT_LIMIT_MS = 2_000;

/** What a fault is done to. */
export interface FaultContext {
  readonly city: Pick<ChaosCity, 'matchers' | 'trips' | 'issuer' | 'nats' | 'postgres' | 'databaseUrl'>;
  readonly observer: Pick<Observer, 'shardsOf' | 'isWhole' | 'planner' | 'now' | 'hasOfferedSince'>;
  readonly cluster: Pick<ClusterView, 'isWhole' | 'waitingSessions' | 'lagBytes'>;
  /** Of somebody who asks for commits all the time. */
  readonly commits: { acknowledgedSince(wallMs: number): number };
  readonly planned: PlannedFault;
}

/** What became of a fault. */
export interface FaultTrace {
  readonly kind: FaultKind;
  readonly target: string;
  /** Wall time at which it began to bite. */
  readonly atMs: number;
  /** Wall time at which all was well again; null where that never came. */
  readonly recoveredAtMs: number | null;
  /** Why it did not take effect; null where it did. */
  readonly ineffective: string | null;
  /** Wall time from which on commits are waited for, where it is a fault of Postgres. */
  readonly commitsFromMs: number | null;
  /** Name of the server that has become the primary, where one has. */
  readonly failedOverTo: string | null;
  /** Shards that the target had when it was hit, and that others were to take over. */
  readonly held: readonly ShardFact[];
}

/** A fault on the way: the traces are made of it. */
export class Incident {
  readonly #context: FaultContext;
  readonly #target: string;
  readonly atMs = Date.now();
  #held: readonly ShardFact[] = [];
  #ineffective: string | null = null;
  #commitsFromMs: number | null = null;
  #failedOverTo: string | null = null;

  constructor(context: FaultContext, target: string, held: readonly ShardFact[] = []) {
    this.#context = context;
    this.#target = target;
    this.#held = held;
  }

  /** Fails the run unless it is so within a moment. */
  async verify(isSo: () => Promise<boolean> | boolean, otherwise: string): Promise<void> {
    if ((await whenSo(isSo, EFFECT_LIMIT_MS)) === undefined) this.fail(otherwise);
  }

  /** From now on it is counted until a commit is acknowledged. */
  awaitCommits(): void {
    this.#commitsFromMs = Date.now();
  }

  get commitsFromMs(): number | null {
    return this.#commitsFromMs;
  }

  failedOverTo(primary: string): void {
    this.#failedOverTo = primary;
  }

  fail(reason: string): void {
    this.#ineffective ??= reason;
  }

  end(recoveredAtMs: number | undefined): FaultTrace {
    return {
      kind: this.#context.planned.kind,
      target: this.#target,
      atMs: this.atMs,
      recoveredAtMs: recoveredAtMs ?? null,
      ineffective: this.#ineffective,
      commitsFromMs: this.#commitsFromMs,
      failedOverTo: this.#failedOverTo,
      held: this.#held,
    };
  }
}

/** One of them, by the fault's own draw. */
export function chosen<T>(candidates: readonly T[], { target }: PlannedFault): T {
  const one = candidates[Math.min(candidates.length - 1, Math.floor(target * candidates.length))];
  if (one === undefined) throw new Error('nothing to choose from');
  return one;
}

/** A matcher that has shards, where there is one: hurting an idle one would show nothing. */
export async function chooseMatcher({
  city,
  observer,
  planned,
}: FaultContext): Promise<{ matcher: ChaosMatcher; held: ShardFact[] }> {
  const all = await Promise.all(
    city.matchers.map(async (matcher) => ({
      matcher,
      held: await observer.shardsOf(matcher.service.instance),
    })),
  );
  const busy = all.filter(({ held }) => held.length > 0);
  return chosen(busy.length > 0 ? busy : all, planned);
}

/** The `trips` instance that plans, where one does. */
export async function choosePlanner({ city, observer, planned }: FaultContext): Promise<ChaosService> {
  const planner = await observer.planner();
  return city.trips.find(({ instance }) => instance === planner) ?? chosen(city.trips, planned);
}

/** Names of all matchers, but for one that is out of action. */
export function matchersBut(city: Pick<ChaosCity, 'matchers'>, absent?: string): Set<string> {
  const names = city.matchers.map(({ service }) => service.instance);
  return new Set(names.filter((name) => name !== absent));
}

/** When every shard is owned by a matcher that is there, and offers are made again. */
export async function whenWell(
  { city, observer }: FaultContext,
  absent?: string,
  limitMs = RECOVERY_LIMIT_MS,
): Promise<number | undefined> {
  const since = await observer.now().catch(() => '0/0');
  const isWell = async (): Promise<boolean> =>
    (await observer.isWhole(matchersBut(city, absent))) && (await observer.hasOfferedSince(since));
  return whenSo(isWell, limitMs);
}
