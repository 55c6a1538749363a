import { setTimeout as sleep } from 'node:timers/promises';
import { servicesOf, startChaosCity, type ChaosCity } from '../city/chaos-city.ts';
import { startFleets, type ChaosFleet } from '../city/chaos-fleet.ts';
import { Observer, whenSo } from '../city/observer.ts';
import { check } from '../checker/check.ts';
import { readDatabase } from '../checker/read-database.ts';
import { readClientLog, readTenures } from '../checker/read-logs.ts';
import { matchersBut, RECOVERY_LIMIT_MS, type FaultTrace } from '../faults/fault-context.ts';
import { inflict } from '../faults/inflict.ts';
import { schedule } from '../faults/schedule.ts';
import type { ChaosOptions } from '../options.ts';
import { makeReport, type ChaosReport } from './report.ts';

export type RunOptions = Pick<ChaosOptions, 'seed' | 'minutes' | 'faults' | 'matchers' | 'drivers' | 'speed'>;

/** Riders are served before the first fault, and new ones after the last. */
const WARM_UP_LIMIT_MS = 120_000;
const SERVED_TO_GO_ON = 5;
/** Between two faults, so that the one is over when the other begins. */
const GAP_MS = 3_000;

/** A city, its fleets, the faults one after the other, and what the checker says. */
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
  const observer = new Observer(city.databaseUrl);
  const serviceNow = serviceClock(city);
  const startedAtMs = Date.now();
  const fleets = startFleets(city, options.drivers, options.seed);
  try {
    say('the fleets go online');
    const isWarm = await whenServed(observer, serviceNow(), WARM_UP_LIMIT_MS);
    const deaths = new Set<string>();
    const traces = isWarm ? await inflictAll(city, observer, options, deaths, say) : [];

    say('no more faults: does matching go on?');
    const settledAtMs = await whenSo(() => observer.isWhole(matchersBut(city)), RECOVERY_LIMIT_MS);
    const matchingGoesOn = isWarm && (await whenServed(observer, serviceNow(), WARM_UP_LIMIT_MS));
    for (const death of await deathsOf(city, fleets)) deaths.add(death);
    for (const { child } of fleets) await child.stop();

    say('comparing what phones were told with what Postgres holds');
    const facts = await readDatabase(city.databaseUrl, serviceNow());
    const entries = fleets
      .flatMap(({ clientLog }) => readClientLog(clientLog))
      .toSorted((a, b) => a.at_ms - b.at_ms);
    const tenures = city.matchers.flatMap(({ service }) => readTenures(service.instance, service.logFile));
    return makeReport({
      options,
      startedAtMs,
      traces,
      facts,
      tenures,
      findings: check(entries, facts, traces, matchersBut(city)),
      deaths: [...deaths],
      settled: settledAtMs !== undefined,
      matchingGoesOn,
      versions: { postgres: city.postgres.version, nats_server: city.nats.version },
    });
  } finally {
    await Promise.all(fleets.map(({ child }) => child.stop()));
  }
}

async function inflictAll(
  city: ChaosCity,
  observer: Observer,
  { seed, minutes, faults }: RunOptions,
  deaths: Set<string>,
  say: (words: string) => void,
): Promise<FaultTrace[]> {
  const traces: FaultTrace[] = [];
  const endMs = Date.now() + minutes * 60_000;
  for (const planned of schedule(seed, faults)) {
    if (traces.length >= faults.length && Date.now() >= endMs) break;
    for (const death of await deathsOf(city, [])) deaths.add(death);
    const trace = await inflict({ city, observer, planned });
    traces.push(trace);
    say(describe(trace));
    // What did not come to itself is not hurt any further: the state is kept for whoever looks into it.
    if (trace.recoveredAtMs === null || deaths.size > 0) break;
    await sleep(GAP_MS);
  }
  return traces;
}

function describe({ kind, target, atMs, recoveredAtMs, ineffective }: FaultTrace): string {
  if (ineffective !== null) return `${kind} ${target}: no effect (${ineffective})`;
  if (recoveredAtMs === null) return `${kind} ${target}: did not recover`;
  return `${kind} ${target}: recovered after ${recoveredAtMs - atMs} ms`;
}

/** Whether riders who ask from now on get drivers. */
async function whenServed(observer: Observer, sinceMs: number, limitMs: number): Promise<boolean> {
  const isSo = async (): Promise<boolean> => (await observer.servedSince(sinceMs)) >= SERVED_TO_GO_ON;
  return (await whenSo(isSo, limitMs)) !== undefined;
}

async function deathsOf(city: ChaosCity, fleets: readonly ChaosFleet[]): Promise<string[]> {
  const causes = await Promise.all(servicesOf(city).map((service) => service.causeOfDeath()));
  const gone = fleets.filter(({ child }) => !child.isRunning()).map(({ child }) => `${child.name} ended`);
  return [...causes.filter((cause) => cause !== undefined), ...gone];
}

function serviceClock({ system: { clock } }: ChaosCity): () => number {
  if (clock === undefined) return () => Date.now();
  return () => clock.originMs + (Date.now() - clock.originMs) * clock.speed;
}
