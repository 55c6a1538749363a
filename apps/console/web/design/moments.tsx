const MS_PER_S = 1_000;
const S_PER_MIN = 60;
const S_PER_H = 3_600;

const dayAndTime = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});
const timeOnly = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});

/** A moment in the time of the reader, the exact one as its title. */
export function Moment({ at, look = 'day' }: { at: string; look?: 'day' | 'exact' }) {
  return (
    <time dateTime={at} title={at} style={{ whiteSpace: 'nowrap' }}>
      {(look === 'exact' ? timeOnly : dayAndTime).format(new Date(at))}
    </time>
  );
}

/** A span of time in words: `42 s`, `3 min 5 s`, `2 h 10 min`. */
export function spanOf(seconds: number): string {
  const s = Math.round(seconds);
  if (s < S_PER_MIN) return `${s} s`;
  if (s < S_PER_H) return `${Math.floor(s / S_PER_MIN)} min ${s % S_PER_MIN} s`;
  return `${Math.floor(s / S_PER_H)} h ${Math.floor((s % S_PER_H) / S_PER_MIN)} min`;
}

/** The seconds from one moment to another. */
export function secondsBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / MS_PER_S;
}
