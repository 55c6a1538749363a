import { shortDistanceM, type Point } from '#libs/geo';

/**
 * Highest plausible speed between two positions: above that of any road vehicle, with a margin for uneven timestamps.
 */
export const MAX_SPEED_MPS = 70;
/**
 * How far positions may stray beyond that speed in all, as among high buildings. Spent by every stray, and refilled by
 * time not driven: one allowance per position would let a burst of positions go as far as it has members.
 */
export const GPS_NOISE_M = 150;
/**
 * Silence after which any new position is plausible: the driver may have taken a ferry, or switched the phone off. Also
 * the shortest time between two corrections of a track, so that three false positions gain no more than silence does.
 */
export const FORGET_POSITION_MS = 300_000;
/** How many consistent positions in a row outweigh the believed ones. */
export const POSITIONS_TO_CORRECT = 3;
/** Time over which these must arrive: a burst is one piece of evidence. Shorter than three positions at 1 Hz. */
export const MIN_EVIDENCE_MS = 1_000;

/** One position as it arrived. */
export interface Fix extends Point {
  readonly session: number;
  readonly seq: number;
  /** By the phone's clock, of which only differences are used. */
  readonly recordedAtMs: number;
  /** Service time. */
  readonly heardAtMs: number;
}

/** A chain of positions that one vehicle can drive, and what is left of its distance budget. */
interface Motion {
  readonly fix: Fix;
  /** Distance beyond what the elapsed time explains, at most {@link GPS_NOISE_M}. */
  readonly slackM: number;
  /** Time that has passed here and not yet at the phone: positions that it collected meanwhile explain it later. */
  readonly unusedMs: number;
}

/** Implausible positions that are consistent with each other. */
interface Rival {
  readonly motion: Motion;
  readonly sinceMs: number;
  readonly positions: number;
}

/** What is known of a driver's movement, over all its sessions. */
export interface Track {
  readonly believed: Motion;
  readonly rival: Rival | undefined;
  /** When a rival last became the believed one, service ms. */
  readonly correctedAtMs: number;
}

export interface Step {
  readonly track: Track;
  readonly plausible: boolean;
}

/**
 * The track after one more position. A position beyond the distance budget is implausible, until three in a row agree:
 * then the believed position was the wrong one.
 */
export function stepTrack(track: Track | undefined, fix: Fix): Step {
  if (track === undefined) {
    const begun = { believed: begin(fix), rival: undefined, correctedAtMs: -Infinity };
    return { track: begun, plausible: true };
  }
  const believed = follow(track.believed, fix);
  if (believed !== undefined) return { track: { ...track, believed, rival: undefined }, plausible: true };
  const rival = joinRival(track.rival, fix);
  if (!outweighs(rival, track, fix.heardAtMs)) return { track: { ...track, rival }, plausible: false };
  const corrected = { believed: rival.motion, rival: undefined, correctedAtMs: fix.heardAtMs };
  return { track: corrected, plausible: true };
}

/** The newest accepted sequence number of the session; undefined if the track has none. */
export function lastSeqOf(track: Track | undefined, session: number): number | undefined {
  const fix = track?.believed.fix;
  return fix?.session === session ? fix.seq : undefined;
}

function begin(fix: Fix): Motion {
  return { fix, slackM: GPS_NOISE_M, unusedMs: 0 };
}

/**
 * The motion with this position; undefined if no vehicle drives that far. Time counts once: as the phone says it was
 * between two positions, but in all no more than has passed here, whatever the phone's clock says.
 */
function follow({ fix: last, slackM, unusedMs }: Motion, fix: Fix): Motion | undefined {
  const waitedMs = Math.max(0, fix.heardAtMs - last.heardAtMs);
  if (waitedMs > FORGET_POSITION_MS) return begin(fix);
  const passedMs = Math.min(FORGET_POSITION_MS, unusedMs + waitedMs);
  const claimedMs = fix.recordedAtMs - last.recordedAtMs;
  // A clock that stands or was set back says nothing about the interval.
  const elapsedMs = Math.min(passedMs, claimedMs > 0 ? claimedMs : waitedMs);
  const leftM = slackM + MAX_SPEED_MPS * (elapsedMs / 1000) - shortDistanceM(last, fix);
  if (!(leftM >= 0)) return undefined;
  return { fix, slackM: Math.min(GPS_NOISE_M, leftM), unusedMs: passedMs - elapsedMs };
}

/** The same position sent again is no further evidence. */
function joinRival(rival: Rival | undefined, fix: Fix): Rival {
  const first = { motion: begin(fix), sinceMs: fix.heardAtMs, positions: 1 };
  if (rival?.motion.fix.session !== fix.session) return first;
  if (fix.seq <= rival.motion.fix.seq) return rival;
  const motion = follow(rival.motion, fix);
  return motion === undefined ? first : { ...rival, motion, positions: rival.positions + 1 };
}

function outweighs({ positions, sinceMs }: Rival, { correctedAtMs }: Track, nowMs: number): boolean {
  return (
    positions >= POSITIONS_TO_CORRECT &&
    nowMs - sinceMs >= MIN_EVIDENCE_MS &&
    nowMs - correctedAtMs >= FORGET_POSITION_MS
  );
}
