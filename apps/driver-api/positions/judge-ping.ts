import type { Ping } from '#libs/contracts';
import { boxContains, isPoint, type BoundingBox } from '#libs/geo';
import { isClockUsable } from '../presence/phone-clock.ts';
import { stepTrack, type Track } from './track.ts';

/** The members by which a ping is judged, besides its time. */
type JudgedPing = Pick<Ping, 'session' | 'seq' | 'lat' | 'lng'>;

export type PingRefusal =
  | 'driver_offline'
  | 'session_superseded'
  | 'invalid_request'
  | 'position_stale'
  | 'position_duplicate'
  | 'clock_offset_too_large'
  | 'outside_service_area'
  | 'position_implausible';

/** The context by which a ping is judged. */
export interface PingContext {
  /** The open session; null while the driver is offline. */
  readonly session: number | null;
  /** The newest accepted number of that session. */
  readonly lastSeq: number | undefined;
  /** The driver's movement, in this session and before. */
  readonly track: Track | undefined;
  /** Where drivers may be, margin included. */
  readonly area: BoundingBox;
  readonly nowMs: number;
}

/** Why a ping is refused, if it is, and the driver's track after it. */
export interface PingJudgement {
  readonly refusal: PingRefusal | undefined;
  readonly track: Track | undefined;
}

/**
 * Judges a ping. Its number decides the order, never its time, since clocks of phones are off and are set. A new
 * session may start with any number, but continues the track of the driver.
 */
export function judgePing(ping: JudgedPing, recordedAtMs: number, context: PingContext): PingJudgement {
  const { track, area, nowMs } = context;
  const refusal =
    judgeSession(ping, context.session) ??
    judgeOrder(ping, context.lastSeq) ??
    (isClockUsable(recordedAtMs, nowMs) ? undefined : 'clock_offset_too_large') ??
    (isPoint(ping.lat, ping.lng) && boxContains(area, ping) ? undefined : 'outside_service_area');
  if (refusal !== undefined) return { refusal, track };
  const { session, seq, lat, lng } = ping;
  const step = stepTrack(track, { session, seq, lat, lng, recordedAtMs, heardAtMs: nowMs });
  return { refusal: step.plausible ? undefined : 'position_implausible', track: step.track };
}

function judgeSession(ping: JudgedPing, session: number | null): PingRefusal | undefined {
  if (session === null) return 'driver_offline';
  if (ping.session < session) return 'session_superseded';
  // Above the driver's newest session in Postgres: this session was never opened.
  return ping.session > session ? 'invalid_request' : undefined;
}

function judgeOrder(ping: JudgedPing, lastSeq: number | undefined): PingRefusal | undefined {
  if (lastSeq === undefined || ping.seq > lastSeq) return undefined;
  return ping.seq === lastSeq ? 'position_duplicate' : 'position_stale';
}
