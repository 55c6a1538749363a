/** Samples per measurement. The first is dropped: it mostly measures the JIT compiler. */
const SAMPLES = 11;

/**
 * Wall time, and the processor time of this thread, which other work on the machine stretches far less. The kernel
 * counts processor time coarsely: below a few milliseconds only the wall time is meaningful.
 */
interface Took {
  readonly wallMs: number;
  readonly cpuMs: number;
}

export interface Spread {
  readonly p50: number;
  readonly max: number;
}

export interface Durations {
  readonly wall_ms: Spread;
  readonly cpu_ms: Spread;
}

export interface Rate {
  readonly per_s: number;
  readonly per_cpu_s: number;
}

/** Durations of `work`; `prepare` makes a fresh input for each sample, outside the measured time. */
export function durationsOf<T>(prepare: () => T, work: (input: T) => unknown): Durations {
  const samples: Took[] = [];
  for (let sample = 0; sample < SAMPLES; sample++) {
    const input = prepare();
    const took = timed(() => work(input));
    if (sample > 0) samples.push(took);
  }
  return {
    wall_ms: spreadOf(samples.map(({ wallMs }) => wallMs)),
    cpu_ms: spreadOf(samples.map(({ cpuMs }) => cpuMs)),
  };
}

/** Executions per second, from `times` executions in a row after a warm-up of a tenth of that. */
export function rateOf(times: number, work: () => unknown): Rate {
  const repeat = (count: number) => {
    for (let time = 0; time < count; time++) work();
  };
  repeat(times / 10);
  const { wallMs, cpuMs } = timed(() => repeat(times));
  return { per_s: Math.round((times * 1000) / wallMs), per_cpu_s: Math.round((times * 1000) / cpuMs) };
}

function timed(work: () => unknown): Took {
  const cpuBefore = process.threadCpuUsage();
  const start = performance.now();
  work();
  const wallMs = performance.now() - start;
  const { user, system } = process.threadCpuUsage(cpuBefore);
  return { wallMs, cpuMs: (user + system) / 1000 };
}

function spreadOf(samples: readonly number[]): Spread {
  const sorted = samples.toSorted((a, b) => a - b);
  return { p50: hundredths(sorted[Math.floor(sorted.length / 2)] ?? 0), max: hundredths(sorted.at(-1) ?? 0) };
}

function hundredths(ms: number): number {
  return Math.round(ms * 100) / 100;
}
