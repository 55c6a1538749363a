import { setTimeout as sleep } from 'node:timers/promises';
import { servicesOf, type ChaosCity } from '../city/chaos-city.ts';
import type { ChaosFleet } from '../city/chaos-fleet.ts';
import type { FaultContext, FaultTrace } from '../faults/fault-context.ts';
import { inflict } from '../faults/inflict.ts';
import { schedule } from '../faults/schedule.ts';
import type { ChaosOptions } from '../options.ts';

/** Between two faults, so that the one is over when the other begins. */
const GAP_MS = 3_000;
/** The cluster was seen whole, so a fault of Postgres is over; the next one comes at any moment up to this. */
const POSTGRES_GAP_MS = 3_000;

/** What all faults of a run are done to. */
export interface Surroundings extends Omit<FaultContext, 'city' | 'planned'> {
  city: ChaosCity;
  say: (words: string) => void;
}

export interface Inflicted {
  traces: FaultTrace[];
  /** Processes that ended though no fault ended them. */
  deaths: string[];
}

/** The faults one after the other; ends early where something did not come to itself. */
export async function inflictAll(
  surroundings: Surroundings,
  { seed, minutes, faults, failovers }: Pick<ChaosOptions, 'seed' | 'minutes' | 'faults' | 'failovers'>,
): Promise<Inflicted> {
  const { city, say } = surroundings;
  const traces: FaultTrace[] = [];
  const endMs = Date.now() + minutes * 60_000;
  for (const planned of schedule(seed, faults)) {
    const isEnough =
      failovers === undefined
        ? traces.length >= faults.length && Date.now() >= endMs
        : traces.filter(({ failedOverTo }) => failedOverTo !== null).length >= failovers;
    if (isEnough) break;
    const trace = await inflict({ ...surroundings, planned });
    traces.push(trace);
    say(describe(trace));
    const deaths = await deathsOf(city, []);
    // What did not come to itself is not hurt any further: the state is kept for whoever looks into it.
    if (trace.recoveredAtMs === null || deaths.length > 0) return { traces, deaths };
    await sleep(trace.commitsFromMs === null ? GAP_MS : POSTGRES_GAP_MS * planned.pause);
  }
  return { traces, deaths: [] };
}

/** Why processes are gone that nobody here ended. */
export async function deathsOf(city: ChaosCity, fleets: readonly ChaosFleet[]): Promise<string[]> {
  const causes = await Promise.all(servicesOf(city).map((service) => service.causeOfDeath()));
  const gone = fleets.filter(({ child }) => !child.isRunning()).map(({ child }) => `${child.name} ended`);
  return [...causes.filter((cause) => cause !== undefined), ...gone];
}

function describe({ kind, target, atMs, recoveredAtMs, ineffective }: FaultTrace): string {
  if (ineffective !== null) return `${kind} ${target}: no effect (${ineffective})`;
  if (recoveredAtMs === null) return `${kind} ${target}: did not recover`;
  return `${kind} ${target}: recovered after ${recoveredAtMs - atMs} ms`;
}
