export interface Durations {
  readonly p50_ms: number;
  readonly max_ms: number;
}

/** Durations of some work. The first run is dropped: it mostly measures the JIT compiler. */
export function timesOf(runs: number, work: () => unknown): Durations {
  work();
  const times = Array.from({ length: runs }, () => msOf(work)).sort((a, b) => a - b);
  return { p50_ms: round(times[times.length >> 1] ?? 0), max_ms: round(times.at(-1) ?? 0) };
}

/** The median time of one of many equal operations, in microseconds. */
export function usEach(runs: number, pieces: number, work: (piece: number) => unknown): number {
  const all = timesOf(runs, () => {
    for (let piece = 0; piece < pieces; piece++) work(piece);
  });
  return round((all.p50_ms / pieces) * 1_000);
}

export function msOf(work: () => unknown): number {
  const startedAt = performance.now();
  work();
  return performance.now() - startedAt;
}

export function round(value: number): number {
  return Number(value.toPrecision(4));
}
