import { join } from 'node:path';
import type { VanishedPhone } from '#libs/contracts';
import { neededStandbys } from '../../../dev/postgres/failover/choose-successor.ts';
import { quorumOf } from '../../../dev/postgres/failover/fail-over.ts';
import { Canary } from '../canary/canary.ts';
import { startChaosCity, type ChaosCity } from '../city/chaos-city.ts';
import { startFleets, type ChaosFleet } from '../city/chaos-fleet.ts';
import { ClusterView } from '../city/cluster-view.ts';
import { vanishedEndLimitMs } from '../city/silence-limits.ts';
import { serviceClock } from '../city/service-clock.ts';
import { CANARY_RIDE } from '../city/grid-streets.ts';
import { askPrimary, Observer, pollUntil } from '../city/observer.ts';
import { check } from '../checker/check.ts';
import { readDatabase } from '../checker/read-database.ts';
import { readClientLog, readTenures } from '../checker/read-logs.ts';
import { compareEvents, rebuildFromPostgres } from '../events/compare-events.ts';
import { StreamReader } from '../events/stream-reader.ts';
import { matchersBut, RECOVERY_LIMIT_MS } from '../faults/fault-context.ts';
import type { ChaosOptions } from '../options.ts';
import { deathsOf, inflictAll } from './inflict-all.ts';
import { makeReport, type ChaosReport, type RunFacts } from './report.ts';

export type RunOptions = Omit<ChaosOptions, 'json' | 'keep'>;

/** How long riders are served before the first fault, and new ones after the last. */
const WARM_UP_LIMIT_MS = 120_000;
const SERVED_TO_GO_ON = 5;

/** Starts a city and its fleets, injects the faults one after the other, and runs the checker. */
export async function runChaos(
  options: RunOptions,
  directory: string,
  say: (words: string) => void,
): Promise<ChaosReport> {
  const city = await startChaosCity({ ...options, directory, onStep: (step) => say(`${step} …`) });
  try {
    return await runInCity(city, options, say);
  } finally {
    await city.stop();
  }
}

async function runInCity(
  city: ChaosCity,
  options: RunOptions,
  say: (words: string) => void,
): Promise<ChaosReport> {
  const startedAtMs = Date.now();
  const reader = await StreamReader.start(city.nats.urls);
  const fleets = startFleets(city, options.drivers, options.seed);
  const canary = await startCanary(city);
  try {
    say('the fleets go online');
    const run = await hurt({ city, fleets, canary }, options, say);
    say('comparing what the phones received with Postgres and with the event stream');
    return makeReport({
      ...run,
      ...(await compare({ city, fleets, canary, reader }, run)),
      options,
      startedAtMs,
    });
  } finally {
    await Promise.all([...fleets.map(({ child }) => child.stop()), canary.stop(), reader.stop()]);
  }
}

function startCanary(city: ChaosCity): Promise<Canary> {
  return Canary.start({
    riderApis: city.riderApis.map(({ url }) => url),
    issuerUrl: city.issuer.url,
    ...CANARY_RIDE,
    logFile: join(city.directory, 'canary.phones.jsonl'),
  });
}

interface People {
  city: ChaosCity;
  fleets: readonly ChaosFleet[];
  canary: Canary;
}

type Hurt = Pick<RunFacts, 'vanished' | 'traces' | 'deaths' | 'settled' | 'matchingGoesOn'>;

/** Injects all faults; resolves after the last one, when the clients have stopped. */
async function hurt(
  { city, fleets, canary }: People,
  options: RunOptions,
  say: (words: string) => void,
): Promise<Hurt> {
  const observer = new Observer(city);
  const isServed = (): Promise<boolean> => whenServed(observer, serviceClock(city)());
  const isWarm = await isServed();
  const { traces, deaths } = isWarm
    ? await inflictAll(
        { city, fleets, observer, cluster: new ClusterView(city.postgres), commits: canary, say },
        options,
      )
    : { traces: [], deaths: [] };

  say('no more faults: checking that matching continues');
  const settledAtMs = await pollUntil(() => observer.isWhole(matchersBut(city)), RECOVERY_LIMIT_MS);
  const matchingGoesOn = isWarm && (await isServed());
  const vanished = fleets.flatMap((fleet) => fleet.vanished);
  if (vanished.length > 0) say('waiting until the trips of vanished phones have ended');
  await whenVanishedEnd(observer, vanished, city.system.clock?.speed ?? 1);
  const gone = await deathsOf(city, fleets);
  await Promise.all([...fleets.map(({ child }) => child.stop()), canary.stop()]);
  return {
    traces,
    deaths: [...new Set([...deaths, ...gone])],
    vanished,
    settled: settledAtMs !== undefined,
    matchingGoesOn,
  };
}

type Compared = Pick<
  RunFacts,
  | 'facts'
  | 'tenures'
  | 'findings'
  | 'events'
  | 'entries'
  | 'keeperFailovers'
  | 'needlessRestarts'
  | 'versions'
>;

async function compare(
  { city, fleets, canary, reader }: People & { reader: StreamReader },
  { traces, vanished }: Hurt,
): Promise<Compared> {
  const isStreamLost = traces.some(({ kind }) => kind === 'nats-all');
  // Checks for published events that Postgres lacks before the stream is rebuilt from Postgres.
  const published = reader.consumed.all();
  if (isStreamLost) await rebuildFromPostgres(city, reader);
  const facts = await askPrimary(city, (url) => readDatabase(url, serviceClock(city)()));
  const events = await compareEvents(city, reader, facts.events, isStreamLost);
  const entries = [
    ...fleets.flatMap(({ clientLog }) => readClientLog(clientLog)),
    ...canary.entries,
  ].toSorted((a, b) => a.at_ms - b.at_ms);
  return {
    facts,
    events,
    entries,
    keeperFailovers: city.keeper.failovers.length,
    needlessRestarts: needlessRestarts(city),
    tenures: city.matchers.flatMap(({ service }) => readTenures(service.instance, service.logFile)),
    findings: check(entries, facts, traces, matchersBut(city), { all: () => published }, vanished),
    versions: { postgres: city.postgres.version, nats_server: city.nats.version },
  };
}

/** A primary may start again in place only where too few standbys could be cut off in time to promote one. */
function needlessRestarts({ keeper, postgres }: ChaosCity): number {
  const needed = neededStandbys(quorumOf(postgres));
  return keeper.failovers.filter(
    ({ failed, promoted, reached = [] }) => promoted === failed && reached.length >= needed,
  ).length;
}

/** Whether riders who request from now on get drivers. */
async function whenServed(observer: Observer, sinceMs: number): Promise<boolean> {
  const isSo = async (): Promise<boolean> => (await observer.servedSince(sinceMs)) >= SERVED_TO_GO_ON;
  return (await pollUntil(isSo, WARM_UP_LIMIT_MS)) !== undefined;
}

/** Whether no trip is bound to a vanished driver any more, and those of vanished riders have ended. */
async function whenVanishedEnd(
  observer: Observer,
  vanished: readonly VanishedPhone[],
  speed: number,
): Promise<void> {
  const drivers = vanished.flatMap(({ who, driver_id: id }) => (who === 'driver' && id !== null ? [id] : []));
  const trips = vanished.flatMap(({ who, trip_id: id }) => (who === 'rider' ? [id] : []));
  const haveEnded = async (): Promise<boolean> =>
    (await observer.boundTo(drivers)) === 0 && (await observer.openAmong(trips)) === 0;
  // A trip that is still open at the limit is a finding of the checker.
  await pollUntil(haveEnded, vanishedEndLimitMs(speed));
}
