export type ProgramVersion = readonly [major: number, minor: number, patch: number];

/** The version number in the output of a program: `nats-server: v2.15.1`, `k6 v1.8.1 (commit/…)`. */
export function parseVersion(output: string): ProgramVersion | undefined {
  const match = /v(\d+)\.(\d+)\.(\d+)/.exec(output);
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3])];
}

export function isAtLeast(
  [major, minor]: ProgramVersion,
  [leastMajor, leastMinor]: readonly [major: number, minor: number],
): boolean {
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}
