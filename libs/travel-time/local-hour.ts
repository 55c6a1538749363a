import { Temporal } from 'temporal-polyfill';

/** True for an IANA time zone, such as `America/New_York`, and for a fixed offset. */
export function isTimeZone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
}

/** The hour (0 to 23) that clocks of the zone show at a time. */
export function localHour(timeZone: string): (atMs: number) => number {
  return (atMs) => Temporal.Instant.fromEpochMilliseconds(Math.floor(atMs)).toZonedDateTimeISO(timeZone).hour;
}
