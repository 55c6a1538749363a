/** A position in the log, as a number of bytes. Written `16/B374D848`: the upper and the lower half in hexadecimal. */
export type Lsn = bigint;

const LSN = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i;
const SEGMENT_NAME = /^([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})$/;
const HISTORY_NAME = /^([0-9A-F]{8})\.history$/;
const HALF = 32n;

/** Throws a RangeError where the text is no position. */
export function parseLsn(text: string): Lsn {
  const [, upper, lower] = LSN.exec(text) ?? [];
  if (upper === undefined || lower === undefined) throw new RangeError(`${text} is no position in the log`);
  return (BigInt(`0x${upper}`) << HALF) | BigInt(`0x${lower}`);
}

export function formatLsn(lsn: Lsn): string {
  return `${(lsn >> HALF).toString(16)}/${(lsn & ((1n << HALF) - 1n)).toString(16)}`.toUpperCase();
}

/** One file of the log: the number of the segment counts from the beginning of the log, over all timelines. */
export interface WalSegment {
  timeline: number;
  segment: bigint;
}

/** Undefined for whatever else lies in an archive: histories, backup labels, unfinished segments. */
export function parseSegmentName(name: string, segmentBytes: number): WalSegment | undefined {
  const [, timeline, upper, lower] = SEGMENT_NAME.exec(name) ?? [];
  if (timeline === undefined || upper === undefined || lower === undefined) return undefined;
  return {
    timeline: Number.parseInt(timeline, 16),
    segment: BigInt(`0x${upper}`) * segmentsPerHalf(segmentBytes) + BigInt(`0x${lower}`),
  };
}

export function segmentName({ timeline, segment }: WalSegment, segmentBytes: number): string {
  const perHalf = segmentsPerHalf(segmentBytes);
  return [BigInt(timeline), segment / perHalf, segment % perHalf].map(eightDigits).join('');
}

/** The segment that holds the byte at this position. */
export function segmentOf(lsn: Lsn, segmentBytes: number): bigint {
  return lsn / BigInt(segmentBytes);
}

/** The segment that holds the byte before this position: the last one needed to get there. */
export function segmentBefore(lsn: Lsn, segmentBytes: number): bigint {
  return (lsn - 1n) / BigInt(segmentBytes);
}

export function historyName(timeline: number): string {
  return `${eightDigits(BigInt(timeline))}.history`;
}

/** The timeline whose history a file of this name tells; undefined where it is no such file. */
export function parseHistoryName(name: string): number | undefined {
  const timeline = HISTORY_NAME.exec(name)?.[1];
  return timeline === undefined ? undefined : Number.parseInt(timeline, 16);
}

function segmentsPerHalf(segmentBytes: number): bigint {
  return (1n << HALF) / BigInt(segmentBytes);
}

function eightDigits(value: bigint): string {
  return value.toString(16).toUpperCase().padStart(8, '0');
}
