import { setTimeout as sleep } from 'node:timers/promises';
import { servicesOf, type ChaosCity } from '../city/chaos-city.ts';
import type { ChaosFleet } from '../city/chaos-fleet.ts';
import type { FaultContext, FaultTrace } from '../faults/fault-context.ts';
import { inflict } from '../faults/inflict.ts';
import { schedule } from '../faults/schedule.ts';
import type { ChaosOptions } from '../options.ts';

/** Between two faults, so that one is over when the next begins. */
const GAP_MS = 3_000;
/** After a fault of Postgres the cluster was seen whole, so the next fault may come at any moment up to this. */
const POSTGRES_GAP_MS = 3_000;

/** The context of all faults of a run. */
export interface Surroundings extends Omit<FaultContext, 'city' | 'planned'> {
  city: ChaosCity;
  say: (words: string) => void;
}

export interface Inflicted {
  traces: FaultTrace[];
  /** Processes that ended without a fault. */
  deaths: string[];
}

/** Injects the faults one after the other; stops early after a fault without recovery. */
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
    // After a failed recovery the state is kept for the investigation.
    if (trace.recoveredAtMs === null || deaths.length > 0) return { traces, deaths };
    await sleep(trace.commitsFromMs === null ? GAP_MS : POSTGRES_GAP_MS * planned.pause);
  }
  return { traces, deaths: [] };
}

/** Processes that ended without a fault, and why. */
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
