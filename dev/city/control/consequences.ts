import type { CityAct, CityConsequenceKind, CityProcessKind } from '#libs/contracts';
import type { FailoverTrace } from '../../postgres/failover/failover-trace.ts';
import type { Breakable } from './breakable.ts';
import type { Awaited } from './fault-log.ts';

/** A live shard as Postgres has it. */
export interface OwnedShard {
  shard: string;
  epoch: string;
  owner: string | null;
}

/** What can be seen of the city from outside of its processes. */
export interface CityView {
  shards(): Promise<OwnedShard[]>;
  failovers(): readonly FailoverTrace[];
  /** Whether every Postgres standby follows the primary. */
  isWhole(): boolean;
  /** Whether a rider's request through rider-api, NATS, `trips` and Postgres is answered now. */
  answersRider(): Promise<boolean>;
  /** Whether this service says that it is ready. */
  isReady(name: string): Promise<boolean>;
}

export type BreakingAct = Extract<CityAct, 'kill' | 'freeze' | 'cut'>;

/** How the fault of a supervised process ends. */
const ENDS: Readonly<Record<BreakingAct, { what: CityConsequenceKind; text: string }>> = {
  kill: { what: 'restarted', text: 'it was started again and is ready' },
  freeze: { what: 'thawed', text: 'it goes on' },
  cut: { what: 'mended', text: 'its line to NATS is whole' },
};

/** Reads what the consequences will be compared with; call it before the act. */
export async function consequencesOf(
  target: Breakable,
  act: BreakingAct,
  atMs: number,
  city: CityView,
): Promise<Awaited[]> {
  if (target.kind === 'postgres') return ofPostgres(target, atMs, city);
  const { what, text } = ENDS[act];
  const end: Awaited = {
    what,
    text: () => text,
    happenedAtMs: () => (target.state === 'running' ? target.sinceMs : undefined),
  };
  if (target.kind !== 'matcher') return [answersAgain(target, city), end];
  return [...ofMatcher(target, await city.shards(), city, end)];
}

function ofMatcher(
  { name }: Breakable,
  before: readonly OwnedShard[],
  city: CityView,
  end: Awaited,
): Awaited[] {
  const held = before.filter(({ owner }) => owner === name);
  if (held.length === 0) return [end];
  const isHeld = (now: OwnedShard): boolean =>
    held.some(({ shard, epoch }) => shard === now.shard && epoch === now.epoch);
  const look = new SharedLook(() => city.shards(), {
    noticed: (now) => now.filter(isHeld).length < held.length,
    reowned: (now) => now.every((one) => one.owner !== null && !isHeld(one)),
    owns_again: (now) => now.some((one) => one.owner === name && !isHeld(one)),
  });
  const shardsText = held.length === 1 ? 'its shard has' : `all ${held.length} of its shards have`;
  return [
    {
      what: 'noticed',
      text: () => 'it counts as gone: the first of its shards was taken from it',
      happenedAtMs: () => look.firstMs('noticed'),
    },
    {
      what: 'reowned',
      text: () => `${shardsText} an owner again`,
      happenedAtMs: () => look.firstMs('reowned'),
    },
    end,
    {
      what: 'owns_again',
      text: () => 'it owns shards again',
      happenedAtMs: () => look.firstMs('owns_again'),
    },
  ];
}

function ofPostgres({ name, role }: Breakable, atMs: number, city: CityView): Awaited[] {
  if (role === 'standby') {
    const isOther = new OnceTrue(() => !city.isWhole());
    return [
      {
        what: 'noticed',
        text: () => 'the keeper counts it as gone',
        happenedAtMs: when(() => isOther.look()),
      },
      {
        what: 'whole_again',
        text: () => 'every standby follows the primary',
        happenedAtMs: when(() => isOther.look() && city.isWhole()),
      },
    ];
  }
  const traces = (): FailoverTrace[] =>
    city.failovers().filter(({ failed, detectedAtMs }) => failed === name && detectedAtMs >= atMs);
  const step = (read: (trace: FailoverTrace) => number | undefined) => (): number | undefined =>
    traces()
      .map(read)
      .find((ms) => ms !== undefined);
  return [
    {
      what: 'noticed',
      text: () => `the keeper counts it as ${traces()[0]?.cause === 'silent' ? 'silent' : 'gone'}`,
      happenedAtMs: step(({ detectedAtMs }) => detectedAtMs),
    },
    {
      what: 'new_primary',
      text: () =>
        `${traces().find(({ promotedAtMs }) => promotedAtMs !== undefined)?.promoted ?? 'another server'} is the primary`,
      happenedAtMs: step(({ promotedAtMs }) => promotedAtMs),
    },
    {
      what: 'commits_again',
      text: () => 'a standby confirms commits again',
      happenedAtMs: step(({ writableAtMs }) => writableAtMs),
    },
    {
      what: 'whole_again',
      text: () => 'every standby follows the new primary',
      happenedAtMs: step(({ rejoinedAtMs }) => rejoinedAtMs),
    },
  ];
}

/** Processes through which a rider's request goes; others are asked whether they are ready. */
const ON_THE_WAY: readonly CityProcessKind[] = ['trips', 'rider-api', 'nats'];

function answersAgain({ name, kind }: Breakable, city: CityView): Awaited {
  const isOnTheWay = ON_THE_WAY.includes(kind);
  return {
    what: 'answers_again',
    text: () =>
      isOnTheWay ? "the first request of a rider's was answered" : 'it says that it is ready for requests',
    happenedAtMs: when(() => (isOnTheWay ? city.answersRider() : city.isReady(name))),
  };
}

/** When each of several conditions first held; all are judged by the same looks, so that their order is the real one. */
class SharedLook<T, K extends string> {
  readonly #ask: () => Promise<T>;
  readonly #conditions: Readonly<Record<K, (seen: T) => boolean>>;
  readonly #firstMs = new Map<string, number>();
  #asking: Promise<void> | undefined;

  constructor(ask: () => Promise<T>, conditions: Readonly<Record<K, (seen: T) => boolean>>) {
    this.#ask = ask;
    this.#conditions = conditions;
  }

  async firstMs(condition: K): Promise<number | undefined> {
    this.#asking ??= this.#look().finally(() => (this.#asking = undefined));
    await this.#asking;
    return this.#firstMs.get(condition);
  }

  async #look(): Promise<void> {
    const seen = await this.#ask();
    const nowMs = Date.now();
    for (const [name, holds] of Object.entries<(seen: T) => boolean>(this.#conditions))
      if (!this.#firstMs.has(name) && holds(seen)) this.#firstMs.set(name, nowMs);
  }
}

/** Remembers that a condition held once. */
class OnceTrue {
  readonly #isSo: () => boolean;
  #was = false;

  constructor(isSo: () => boolean) {
    this.#isSo = isSo;
  }

  look(): boolean {
    this.#was ||= this.#isSo();
    return this.#was;
  }
}

function when(isSo: () => Promise<boolean> | boolean): () => Promise<number | undefined> {
  return async () => ((await isSo()) ? Date.now() : undefined);
}
