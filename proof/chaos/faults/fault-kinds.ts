import { UserError } from '../../../ops/command-line/user-error.ts';

/** The faults of a chaos run. */
export const FAULT_KINDS = [
  'kill9:matcher',
  'freeze:matcher',
  'term:matcher',
  'rolling:matchers',
  'cut:matcher',
  'drain:matcher',
  'kill9:trips',
  'kill9:relay',
  'freeze:trips',
  'kill9:rider-api',
  'kill9:driver-api',
  'nats-node',
  'nats-all',
  'kill9:primary',
  'kill9:primary-waiting',
  'kill9:primary-cut',
  'kill9:primary-lag',
  'kill9:primary-crashed',
  'freeze:primary',
  'disk-full:primary',
  'kill9:standby',
  'lag:standby',
  'cut:replication',
  'vanish:driver',
  'vanish:rider',
  'lie:bus',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Faults that make the cluster replace its primary. */
export const FAILOVER_KINDS: readonly FaultKind[] = FAULT_KINDS.filter((kind) => kind.includes(':primary'));

/** Default duration of each kind, seconds. */
const LASTS_S: Readonly<Record<FaultKind, readonly [least: number, most: number]>> = {
  'kill9:matcher': [8, 12],
  'freeze:matcher': [5, 60],
  'term:matcher': [1, 5],
  'rolling:matchers': [0, 0],
  'cut:matcher': [5, 20],
  'drain:matcher': [5, 10],
  'kill9:trips': [5, 10],
  'kill9:relay': [0, 0],
  'freeze:trips': [5, 20],
  'kill9:rider-api': [3, 8],
  'kill9:driver-api': [3, 8],
  'nats-node': [5, 10],
  'nats-all': [4, 10],
  'kill9:primary': [0, 0],
  'kill9:primary-waiting': [0, 0],
  'kill9:primary-cut': [0, 0],
  'kill9:primary-lag': [0, 0],
  'kill9:primary-crashed': [0, 0],
  'freeze:primary': [0, 0],
  'disk-full:primary': [0, 0],
  'kill9:standby': [0, 0],
  'lag:standby': [2, 5],
  'cut:replication': [2, 6],
  'vanish:driver': [0, 0],
  'vanish:rider': [0, 0],
  'lie:bus': [5, 15],
};
const MAX_LASTS_S = 600;

export interface WantedFault {
  readonly kind: FaultKind;
  readonly lastsS: readonly [least: number, most: number];
}

/** Parses a list such as `kill9:matcher,freeze:matcher=6`; `all` is one of each. */
export function parseFaults(list: string): WantedFault[] {
  if (list === 'all') return FAULT_KINDS.map((kind) => ({ kind, lastsS: LASTS_S[kind] }));
  return list.split(',').map((item) => {
    const [name, seconds] = item.trim().split('=');
    const kind = FAULT_KINDS.find((known) => known === name);
    if (kind === undefined) throw new UserError(`--faults: ${name} is not one of ${FAULT_KINDS.join(', ')}`);
    if (seconds === undefined) return { kind, lastsS: LASTS_S[kind] };
    const lastsS = Number(seconds);
    if (!(lastsS >= 0 && lastsS <= MAX_LASTS_S))
      throw new UserError(`--faults: ${item} has an invalid duration`);
    return { kind, lastsS: [lastsS, lastsS] };
  });
}
