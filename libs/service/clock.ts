/** Cancels a scheduled call; further calls do nothing. */
export type Cancel = () => void;

/**
 * Service time. Code that waits, expires or timestamps uses this clock, never the global one, so that a city can run
 * faster than wall time and a test can set the time.
 */
export interface Clock {
  /** Seconds of service time per second of the machine's time. */
  readonly speed: number;
  /** Milliseconds since the epoch, in service time. */
  now(): number;
  /** Calls `callback` once, after `ms` milliseconds of service time. */
  after(ms: number, callback: () => void): Cancel;
  /** Calls `callback` every `ms` milliseconds of service time. Missed calls are not made up for. */
  every(ms: number, callback: () => void): Cancel;
  sleep(ms: number): Promise<void>;
}

/**
 * Converts milliseconds of the machine's time to service time. For waits on networks and processes, which compressed
 * service time does not make faster.
 */
export function machineTime(clock: Clock, ms: number): number {
  return ms * clock.speed;
}

/** `service(t) = origin + (wall − origin) × speed`; with speed 1 it is the wall clock. */
export function systemClock(speed = 1, originMs = 0): Clock {
  const now = (): number => (speed === 1 ? Date.now() : originMs + (Date.now() - originMs) * speed);
  const after = (ms: number, callback: () => void): Cancel => {
    const timer = setTimeout(callback, ms / speed);
    return () => clearTimeout(timer);
  };
  return {
    speed,
    now,
    after,
    every(ms, callback) {
      const timer = setInterval(callback, Math.max(1, ms / speed));
      return () => clearInterval(timer);
    },
    sleep: (ms) => new Promise((resolve) => void after(ms, resolve)),
  };
}
