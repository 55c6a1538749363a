import type { ChaosCity, ChaosMatcher, ChaosService } from '../city/chaos-city.ts';
import type { ChaosFleet } from '../city/chaos-fleet.ts';
import type { ClusterView } from '../city/cluster-view.ts';
import { pollUntil, type Observer } from '../city/observer.ts';
import type { ShardFact } from '../checker/facts.ts';
import type { LieTally } from '../lies/lie-tally.ts';
import type { FaultKind } from './fault-kinds.ts';
import type { PlannedFault } from './schedule.ts';

/** Many times longer than any recovery may take. */
export const RECOVERY_LIMIT_MS = 60_000;
/** A signal, a cut socket or a cut line must show its effect within this. */
export const EFFECT_LIMIT_MS = 2_000;

/** The city that a fault hits, and its observers. */
export interface FaultContext {
  readonly city: Pick<
    ChaosCity,
    | 'matchers'
    | 'trips'
    | 'riderApis'
    | 'driverApis'
    | 'issuer'
    | 'nats'
    | 'postgres'
    | 'databaseUrl'
    | 'system'
  >;
  readonly observer: Pick<
    Observer,
    'shardsOf' | 'isWhole' | 'planner' | 'now' | 'hasOfferedSince' | 'boundTo'
  >;
  /** The phones, which can be told to vanish: each fleet knows only the APIs of its own number. */
  readonly fleets: readonly Pick<ChaosFleet, 'order' | 'vanished' | 'stats'>[];
  readonly cluster: Pick<ClusterView, 'isWhole' | 'waitingSessions' | 'lagBytes'>;
  /** A client that requests commits continuously. */
  readonly commits: { acknowledgedSince(wallMs: number): number };
  readonly planned: PlannedFault;
}

/** Record of one fault. */
export interface FaultTrace {
  readonly kind: FaultKind;
  readonly target: string;
  /** Wall time at which the fault took effect. */
  readonly atMs: number;
  /** Wall time of full recovery; null if there was none. */
  readonly recoveredAtMs: number | null;
  /** Why it had no effect; null if it had one. */
  readonly ineffective: string | null;
  /** Of a fault of Postgres: wall time from which the time to the next commit counts. */
  readonly commitsFromMs: number | null;
  /** Name of the server that became the primary, if one did. */
  readonly failedOverTo: string | null;
  /** Shards that the target owned when it was hit, and that others should take over. */
  readonly held: readonly ShardFact[];
  /** Of lies on the bus: what was told, and what was believed. */
  readonly lies?: LieTally;
}

/** A fault under way; builds the trace. */
export class Incident {
  readonly #context: FaultContext;
  readonly #target: string;
  readonly atMs = Date.now();
  #held: readonly ShardFact[] = [];
  #ineffective: string | null = null;
  #commitsFromMs: number | null = null;
  #failedOverTo: string | null = null;
  #lies: LieTally | undefined;

  constructor(context: FaultContext, target: string, held: readonly ShardFact[] = []) {
    this.#context = context;
    this.#target = target;
    this.#held = held;
  }

  /** Marks the fault as ineffective unless the condition becomes true within a moment. */
  async verify(isSo: () => Promise<boolean> | boolean, otherwise: string): Promise<void> {
    if ((await pollUntil(isSo, EFFECT_LIMIT_MS)) === undefined) this.fail(otherwise);
  }

  /** From now on the time to the next acknowledged commit counts. */
  awaitCommits(): void {
    this.#commitsFromMs = Date.now();
  }

  get commitsFromMs(): number | null {
    return this.#commitsFromMs;
  }

  failedOverTo(primary: string): void {
    this.#failedOverTo = primary;
  }

  lied(lies: LieTally): void {
    this.#lies = lies;
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
      ...(this.#lies !== undefined && { lies: this.#lies }),
    };
  }
}

/** One of the candidates, by the fault's random number. */
export function chosen<T>(candidates: readonly T[], { target }: PlannedFault): T {
  const one = candidates[Math.min(candidates.length - 1, Math.floor(target * candidates.length))];
  if (one === undefined) throw new Error('there is no candidate to choose from');
  return one;
}

/** A matcher that owns shards, if there is one: a fault on an idle one would show nothing. */
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

/** The `trips` instance that leads as planner. */
export async function choosePlanner({ city, observer, planned }: FaultContext): Promise<ChaosService> {
  const planner = await observer.planner();
  return city.trips.find(({ instance }) => instance === planner) ?? chosen(city.trips, planned);
}

/** Names of all matchers except the absent one. */
export function matchersBut(city: Pick<ChaosCity, 'matchers'>, absent?: string): Set<string> {
  const names = city.matchers.map(({ service }) => service.instance);
  return new Set(names.filter((name) => name !== absent));
}

/** When a running matcher owns every shard, and offers are made again. */
export async function whenRecovered(
  { city, observer }: FaultContext,
  absent?: string,
  limitMs = RECOVERY_LIMIT_MS,
): Promise<number | undefined> {
  const since = await observer.now().catch(() => '0/0');
  const isWell = async (): Promise<boolean> =>
    (await observer.isWhole(matchersBut(city, absent))) && (await observer.hasOfferedSince(since));
  return pollUntil(isWell, limitMs);
}
