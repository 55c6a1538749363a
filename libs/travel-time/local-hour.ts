import { Temporal } from 'temporal-polyfill';

const HOURS_PER_DAY = 24;
const MS_PER_DAY = 24 * 3_600_000;

const OFFSET = /^[+-]\d\d(?::?\d\d)?$/;

/**
 * True for an IANA time zone, such as `America/New_York`, in any case, and for a fixed offset. Temporal also takes a whole
 * date and time for the zone that it names; that is a mistake here.
 */
export function isTimeZone(name: string): boolean {
  try {
    const { timeZoneId } = Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return OFFSET.test(name) || timeZoneId.toLowerCase() === name.toLowerCase();
  } catch {
    return false;
  }
}

/** The hour (0 to 23) that clocks of the zone show at a time. */
export function localHour(timeZone: string): (atMs: number) => number {
  return (atMs) => localTime(atMs, timeZone).hour;
}

/**
 * Whole hours that clocks and calendars of the zone count since 1970-01-01T00:00 there, so that the same hour of the week
 * is always a multiple of 168 apart. The hour that clocks skip in spring is left out, the one they repeat in autumn comes twice.
 */
export function localHoursSince1970(timeZone: string): (atMs: number) => number {
  return (atMs) => {
    const { year, month, day, hour } = localTime(atMs, timeZone);
    return (Date.UTC(year, month - 1, day) / MS_PER_DAY) * HOURS_PER_DAY + hour;
  };
}

function localTime(atMs: number, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(atMs)).toZonedDateTimeISO(timeZone);
}
