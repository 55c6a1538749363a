import type { SuspicionReason } from '#libs/contracts';

/** How often each thing was seen since the last report. */
export type Doubts = Record<SuspicionReason, number>;

/** From which score on a driver is reported: a single stray position is no suspicion. */
export const MIN_REPORTED_SCORE = 0.25;

/** How many positions give half of the certainty: one mocked position is an admission, a stray one is noise. */
const HALF_AT: Doubts = { impossible_track: 6, mocked_position: 1 };

/** How likely the positions are made up, 0 to 1; each reason counts on its own. */
export function suspicionScore(doubts: Doubts): number {
  const honest = (Object.keys(HALF_AT) as SuspicionReason[]).reduce(
    (product, reason) => product * (HALF_AT[reason] / (HALF_AT[reason] + doubts[reason])),
    1,
  );
  return Math.round((1 - honest) * 100) / 100;
}
