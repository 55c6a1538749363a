import type { SupervisedChild } from '../process/supervised-child.ts';
import type { NamedUsage } from './result.ts';

const SAMPLE_MS = 2_000;

/** Keeps what each process used when it was last looked at, also after its end. */
export interface UsageSampler {
  /** Looks once more, and no more after that. */
  finish(): Promise<NamedUsage[]>;
}

export function sampleUsage(children: readonly SupervisedChild[]): UsageSampler {
  const latest = new Map<string, NamedUsage>();
  const sample = async (): Promise<void> => {
    for (const child of children) {
      child.boundLog();
      const usage = await child.usage();
      if (usage !== undefined) latest.set(child.name, { name: child.name, ...usage });
    }
  };
  const timer = setInterval(() => void sample(), SAMPLE_MS);
  return {
    finish: async () => {
      clearInterval(timer);
      await sample();
      return children.flatMap(({ name }) => latest.get(name) ?? []);
    },
  };
}
