/** Older servers lack what we rely on: per-key TTL (2.11) and safe compare-and-set in clusters (2.9.21). */
export const MINIMUM_VERSION = [2, 12] as const;

/** The number in what `nats-server --version` prints, such as `nats-server: v2.15.1`. */
export function parseVersion(output: string): readonly [number, number, number] | undefined {
  const match = /v(\d+)\.(\d+)\.(\d+)/.exec(output);
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3])];
}

export function isSupported(version: readonly [number, number, number]): boolean {
  const [major, minor] = version;
  return major > MINIMUM_VERSION[0] || (major === MINIMUM_VERSION[0] && minor >= MINIMUM_VERSION[1]);
}
