/** Cancels what it came with; calling it again does nothing. */
export type Cancel = () => void;

/**
 * Time as the service knows it. Everything that waits, expires or stamps asks this, never the global clock, so that a
 * city can run faster than life and a test can say what time it is.
 */
export interface Clock {
  /** How many times as fast as the machine's own time service time runs. */
  readonly speed: number;
  /** Milliseconds since the epoch, in service time. */
  now(): number;
  /** Calls once after so many milliseconds of service time. */
  after(ms: number, callback: () => void): Cancel;
  /** Calls again and again; a call that comes late does not make up for those missed. */
  every(ms: number, callback: () => void): Cancel;
  sleep(ms: number): Promise<void>;
}

/**
 * So much of the machine's own time, as service time: for what waits for networks and processes, which a faster city
 * does not make any faster.
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
