/** By what an instance speaks for a driver. */
export interface Standing {
  /** Newest session it knows of. */
  readonly session: number;
  readonly socket: boolean;
  /** When it last heard the driver without a socket, service ms. */
  readonly heardAtMs: number;
  readonly instance: string;
}

/**
 * Whether the one instance speaks for the driver rather than the other. Of two different ones exactly one does, so that
 * they never both give a driver up.
 */
export function outranks(one: Standing, other: Standing): boolean {
  if (one.session !== other.session) return one.session > other.session;
  if (one.socket !== other.socket) return one.socket;
  if (one.heardAtMs !== other.heardAtMs) return one.heardAtMs > other.heardAtMs;
  return one.instance > other.instance;
}
