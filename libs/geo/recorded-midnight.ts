const DAY_S = 86_400;
/** A fall of the time of day by more than this is midnight, not a request that was written down late. */
const MIDNIGHT_FALL_S = DAY_S / 2;
/** Share of other falls (one in so many rows) up to which a recording counts as ordered by time. */
const ROWS_PER_DISORDER = 100;

/** Times of a recording with midnights removed. */
export interface UnwrappedTimes {
  readonly timesS: readonly number[];
  /** Places at which a day was added. */
  readonly midnights: readonly number[];
}

/**
 * Adds a day from each midnight on, where times of day in order begin again at 0. Times without order stay as they are,
 * and so does everything beside a single wrong time: both neighbours of a midnight must confirm it.
 */
export function unwrappedMidnights(timesS: readonly number[]): UnwrappedTimes {
  const midnights: number[] = [];
  let falls = 0;
  for (let place = 1; place < timesS.length; place++) {
    const [before, after] = [timesS[place - 1] as number, timesS[place] as number];
    if (after >= before) continue;
    falls++;
    const earlier = timesS[place - 2] ?? before;
    const later = timesS[place + 1] ?? after;
    if (Math.min(before, earlier) - Math.max(after, later) > MIDNIGHT_FALL_S && before < DAY_S) {
      midnights.push(place);
    }
  }
  if ((falls - midnights.length) * ROWS_PER_DISORDER > timesS.length) return { timesS, midnights: [] };
  let days = 0;
  return {
    timesS: timesS.map((timeS, place) => {
      if (midnights[days] === place) days++;
      return timeS + days * DAY_S;
    }),
    midnights,
  };
}
