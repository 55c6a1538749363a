const SECONDS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

const BYTES = [
  ['GiB', 2 ** 30],
  ['MiB', 2 ** 20],
  ['KiB', 2 ** 10],
] as const;

/** Units at the end of a constant's name, except those of time and memory. */
const UNITS: Readonly<Record<string, string>> = {
  M: 'm',
  MPS: 'm/s',
  DEG: '°',
  DAYS: 'days',
  CHARS: 'characters',
};

/** A number with the unit at the end of its constant's name: `MAX_AGE_MS` 604800000 is `7 d`. */
export function amountOf(name: string, value: number): string {
  const unit = /_([A-Z]+)$/.exec(name)?.[1] ?? '';
  if (unit === 'MS') return wholeOf(value / 1_000, SECONDS) ?? `${grouped(value)} ms`;
  if (unit === 'S') return wholeOf(value, SECONDS) ?? `${grouped(value)} s`;
  if (unit === 'BYTES') return wholeOf(value, BYTES) ?? `${grouped(value)} bytes`;
  return `${grouped(value)} ${UNITS[unit] ?? ''}`.trimEnd();
}

/** The value in the largest unit that gives a whole number. */
function wholeOf(value: number, units: readonly (readonly [string, number])[]): string | undefined {
  const found = units.find(([, size]) => value >= size && value % size === 0);
  return found && `${grouped(value / found[1])} ${found[0]}`;
}

function grouped(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 6 });
}
