import type { SupervisedChild } from '../process/supervised-child.ts';
import type { NamedUsage } from './result.ts';

const SAMPLE_MS = 2_000;

/** Keeps what each process used when it was last looked at, also after its end. */
export interface UsageSampler {
  /** Looks once more, and no more after that. */
  finish(): Promise<NamedUsage[]>;
}

/** @param children those of the moment: what runs again under a name is added to what ran before under it */
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

/** The memory is that of the last one. */
function sumOf(name: string, usages: readonly NamedUsage[]): NamedUsage[] {
  const runs = usages.filter((usage) => usage.name === name);
  const last = runs.at(-1);
  const cpuS = runs.reduce((total, { cpu_s: runS }) => total + runS, 0);
  return last === undefined ? [] : [{ ...last, cpu_s: Math.round(cpuS * 100) / 100 }];
}
