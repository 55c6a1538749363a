/** Above which speed on its route no ride is believed: 160 km/h. */
const MAX_SPEED_MPS = 45;
/** How many times longer than the street network says a ride may take; beyond, somebody forgot to end it, or waited. */
const MAX_SLOWNESS = 5;
/** How much of the street network's time a ride takes at least; below, it was ended before its dropoff. */
const MIN_SHARE_OF_STREET_TIME = 0.2;

/** What is known of a ride that has ended. */
export interface EndedRide {
  readonly streetS: number;
  readonly actualS: number;
  /** Of the quoted route. */
  readonly distanceM: number;
  readonly endedByOperator: boolean;
  /** The driver's phone was lost during the trip. */
  readonly driverWasSilent: boolean;
}

export type RideVerdict = 'learned' | 'ended_by_operator' | 'driver_was_silent' | 'implausible';

/**
 * Whether ride times are learned from a ride: only if its driver ended it, was heard all the time, and the time is one
 * that a drive to the dropoff can take.
 */
export function judgeRide({
  streetS,
  actualS,
  distanceM,
  endedByOperator,
  driverWasSilent,
}: EndedRide): RideVerdict {
  if (endedByOperator) return 'ended_by_operator';
  if (driverWasSilent) return 'driver_was_silent';
  const isPlausible =
    actualS >= streetS * MIN_SHARE_OF_STREET_TIME &&
    actualS <= streetS * MAX_SLOWNESS &&
    actualS * MAX_SPEED_MPS >= distanceM;
  return isPlausible ? 'learned' : 'implausible';
}
