const S_PER_DAY = 86_400;
const S_PER_MINUTE = 60;
const MIN_PER_HOUR = 60;

/**
 * The fixed offset at which clocks show this time of day now, to the minute, such as `-04:15`: the recorded demand of an hour
 * then meets the traffic of that hour, whenever the city is started.
 */
export function zoneWhereItIs(timeOfDayS: number, nowMs: number): string {
  const utcS = Math.floor(nowMs / 1000) % S_PER_DAY;
  const eastS = (((timeOfDayS - utcS) % S_PER_DAY) + S_PER_DAY) % S_PER_DAY;
  // Rounded up: a minute too early would be the hour before.
  const minutes = Math.ceil(eastS / S_PER_MINUTE) % (S_PER_DAY / S_PER_MINUTE);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `+${two(Math.floor(minutes / MIN_PER_HOUR))}:${two(minutes % MIN_PER_HOUR)}`;
}
