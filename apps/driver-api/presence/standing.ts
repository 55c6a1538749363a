/** An instance's claim to serve a driver. */
export interface Standing {
  /** Newest session that the instance knows. */
  readonly session: number;
  readonly socket: boolean;
  /** When the instance last heard the driver without a socket, service ms. */
  readonly heardAtMs: number;
  readonly instance: string;
}

/**
 * Whether instance `one` serves the driver rather than `other`. Total order: exactly one of two instances does, so that
 * they never both give a driver up.
 */
export function outranks(one: Standing, other: Standing): boolean {
  if (one.session !== other.session) return one.session > other.session;
  if (one.socket !== other.socket) return one.socket;
  if (one.heardAtMs !== other.heardAtMs) return one.heardAtMs > other.heardAtMs;
  return one.instance > other.instance;
}
