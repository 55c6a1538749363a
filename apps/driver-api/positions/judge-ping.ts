import type { PositionRecord } from '#libs/contracts';
import { boxContains, isPoint, shortDistanceM, type BoundingBox } from '#libs/geo';

/** The members by which a ping is judged, besides its time. */
type JudgedPing = Pick<PositionRecord, 'session' | 'seq' | 'lat' | 'lng'>;
type AcceptedPing = JudgedPing & Pick<PositionRecord, 'recordedAtMs'>;

export type PingRefusal =
  | 'driver_offline'
  | 'session_superseded'
  | 'invalid_request'
  | 'position_stale'
  | 'position_duplicate'
  | 'position_time_invalid'
  | 'outside_service_area'
  | 'position_implausible';

/** The context by which a ping is judged. */
export interface PingContext {
  /** The open session; null while the driver is offline. */
  readonly session: number | null;
  /** The newest accepted ping of any session. */
  readonly last: AcceptedPing | undefined;
  /** Where drivers may be, margin included. */
  readonly area: BoundingBox;
  readonly nowMs: number;
}

/**
 * How old a position may be when it arrives. A phone sends the positions it collected while offline, but after a
 * minute they say nothing about supply.
 */
export const MAX_PING_AGE_MS = 60_000;
/** How far a phone's clock may run ahead of the service's. */
export const MAX_PING_AHEAD_MS = 5_000;
/**
 * Highest plausible speed between two positions: above that of any road vehicle, with a margin for uneven timestamps.
 */
export const MAX_SPEED_MPS = 70;
/** How far apart two fixes of a standing driver may be, among high buildings. */
export const GPS_NOISE_M = 150;
/**
 * Silence after which any new position is plausible: the driver may have taken a ferry, or switched the phone off.
 */
export const FORGET_POSITION_MS = 300_000;

/**
 * Returns why a ping is refused; undefined if it is accepted. Within a session, sequence numbers and times only rise; a
 * new session may start with any number and time.
 */
export function judgePing(
  ping: JudgedPing,
  recordedAtMs: number,
  context: PingContext,
): PingRefusal | undefined {
  const last = context.last?.session === ping.session ? context.last : undefined;
  return (
    judgeSession(ping, context.session) ??
    judgeOrder(ping, last) ??
    judgeTime(recordedAtMs, last, context.nowMs) ??
    (isPoint(ping.lat, ping.lng) && boxContains(context.area, ping) ? undefined : 'outside_service_area') ??
    (last !== undefined && isImpossibleJump(last, ping, recordedAtMs) ? 'position_implausible' : undefined)
  );
}

function judgeSession(ping: JudgedPing, session: number | null): PingRefusal | undefined {
  if (session === null) return 'driver_offline';
  if (ping.session < session) return 'session_superseded';
  // Above the driver's newest session in Postgres: this session was never opened.
  return ping.session > session ? 'invalid_request' : undefined;
}

function judgeOrder(ping: JudgedPing, last: AcceptedPing | undefined): PingRefusal | undefined {
  if (last === undefined || ping.seq > last.seq) return undefined;
  return ping.seq === last.seq ? 'position_duplicate' : 'position_stale';
}

function judgeTime(
  recordedAtMs: number,
  last: AcceptedPing | undefined,
  nowMs: number,
): PingRefusal | undefined {
  const ageMs = nowMs - recordedAtMs;
  // Written so that NaN fails the check.
  if (!(ageMs <= MAX_PING_AGE_MS && ageMs >= -MAX_PING_AHEAD_MS)) return 'position_time_invalid';
  return last !== undefined && recordedAtMs < last.recordedAtMs ? 'position_stale' : undefined;
}

function isImpossibleJump(last: AcceptedPing, ping: JudgedPing, recordedAtMs: number): boolean {
  const elapsedMs = recordedAtMs - last.recordedAtMs;
  if (elapsedMs > FORGET_POSITION_MS) return false;
  return shortDistanceM(last, ping) > GPS_NOISE_M + MAX_SPEED_MPS * (elapsedMs / 1000);
}
