/** Silence after which the driver of an accepted trip is given up: the default of `trips`, whose promise the run measures. */
const ACCEPTED_S = 90;
/** At the pickup, and with the rider on board: shorter than the defaults, so that a run sees these trips end too. */
const ARRIVED_S = 120;
const RIDE_S = 60;
const LOST_CONTACT_S = 90;
/** No limit is shorter than this in machine time: phones reconnect at the speed of the machine (`MIN_SILENCE_MS`). */
const SHORTEST_S = 10;
/** How late a silence may be acted on, machine time: between two sweeps, and while the driver-apis are asked. */
const NOTICED_WITHIN_S = 5;
/**
 * How long a trip whose phone vanished may go on: three times the longest ride that loses a phone (`LONGEST_RIDE_S` of the
 * fleet), an approach before it, and another search.
 */
const ENDS_WITHIN_S = 900;

/** Settings of `trips`. */
export const SILENCE_SETTINGS = {
  HAILGRID_SILENT_ACCEPTED_MS: String(ACCEPTED_S * 1000),
  HAILGRID_SILENT_ARRIVED_MS: String(ARRIVED_S * 1000),
  HAILGRID_SILENT_RIDE_MS: String(RIDE_S * 1000),
  HAILGRID_LOST_CONTACT_MS: String(LOST_CONTACT_S * 1000),
};

/** The longest time from a vanished phone to another search for its rider, service seconds: 95 s at the speed of the clock. */
export function redispatchLimitS(speed: number): number {
  return Math.max(ACCEPTED_S, SHORTEST_S * speed) + NOTICED_WITHIN_S * speed;
}

/** How long the end of a run waits for the trips of vanished phones, wall time. */
export function vanishedEndLimitMs(speed: number): number {
  return ((ENDS_WITHIN_S + redispatchLimitS(speed)) * 1000) / speed;
}
