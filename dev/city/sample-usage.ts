import type { SupervisedChild } from '../process/supervised-child.ts';
import type { NamedUsage } from './result.ts';

const SAMPLE_MS = 2_000;

/** Keeps the latest sampled usage of each process, also after its exit. */
export interface UsageSampler {
  /** Takes a last sample and stops. */
  finish(): Promise<NamedUsage[]>;
}

/**
 * @param children returns the current processes; the usage of a restarted process is added to that of its earlier
 *   runs
 */
export function sampleUsage(children: () => readonly SupervisedChild[]): UsageSampler {
  const latest = new Map<SupervisedChild, NamedUsage>();
  const sample = async (): Promise<void> => {
    for (const child of children()) {
      child.boundLog();
      const usage = await child.usage();
      if (usage !== undefined) latest.set(child, { name: child.name, ...usage });
    }
  };
  const timer = setInterval(() => void sample(), SAMPLE_MS);
  return {
    finish: async () => {
      clearInterval(timer);
      await sample();
      return children().flatMap(({ name }) => sumOf(name, [...latest.values()]));
    },
  };
}

/** Sums the CPU time of all runs of a process; the memory is that of the last run. */
function sumOf(name: string, usages: readonly NamedUsage[]): NamedUsage[] {
  const runs = usages.filter((usage) => usage.name === name);
  const last = runs.at(-1);
  const cpuS = runs.reduce((total, { cpu_s: runS }) => total + runS, 0);
  return last === undefined ? [] : [{ ...last, cpu_s: Math.round(cpuS * 100) / 100 }];
}
