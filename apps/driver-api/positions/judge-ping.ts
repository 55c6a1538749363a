import { boxContains, isPoint, shortDistanceM, type BoundingBox, type Point } from '#libs/geo';

/** One position as a driver sent it. */
export interface JudgedPing extends Point {
  readonly session: number;
  readonly seq: number;
  readonly recordedAtMs: number;
}

export type PingRefusal =
  | 'driver_offline'
  | 'session_superseded'
  | 'invalid_request'
  | 'position_stale'
  | 'position_duplicate'
  | 'position_time_invalid'
  | 'outside_service_area'
  | 'position_implausible';

/** What a ping is judged against. */
export interface PingContext {
  /** The open session; null where the driver is offline. */
  readonly session: number | null;
  /** The newest position that was accepted, of whatever session. */
  readonly last: JudgedPing | undefined;
  /** Where drivers may be, its margin included. */
  readonly area: BoundingBox;
  readonly nowMs: number;
}

/**
 * How old a position may be when it arrives. A phone sends what it collected without network, but a minute later
 * that says nothing about supply.
 */
export const MAX_PING_AGE_MS = 60_000;
/** How far a phone's clock may run ahead of the service's. */
export const MAX_PING_AHEAD_MS = 5_000;
/**
 * Which speed between two positions is still plausible: above that of any road vehicle, with room for uneven time
 * stamps.
 */
export const MAX_SPEED_MPS = 70;
/** How far apart two fixes of a driver who stands still may be, among high buildings. */
export const GPS_NOISE_M = 150;
/**
 * After which silence a new position may be anywhere: the driver may have taken a ferry, or switched the phone off.
 */
export const FORGET_POSITION_MS = 300_000;

/**
 * Why a ping is refused; undefined where it is accepted. Within a session, sequence numbers and times only go up; a
 * new session starts afresh.
 */
export function judgePing(ping: JudgedPing, context: PingContext): PingRefusal | undefined {
  const last = context.last?.session === ping.session ? context.last : undefined;
  return (
    judgeSession(ping, context.session) ??
    judgeOrder(ping, last) ??
    judgeTime(ping, last, context.nowMs) ??
    (isPoint(ping.lat, ping.lng) && boxContains(context.area, ping) ? undefined : 'outside_service_area') ??
    (last !== undefined && isImpossibleJump(last, ping) ? 'position_implausible' : undefined)
  );
}

function judgeSession(ping: JudgedPing, session: number | null): PingRefusal | undefined {
  if (session === null) return 'driver_offline';
  if (ping.session < session) return 'session_superseded';
  // Ahead of what Postgres has counted: nobody was ever given this number.
  return ping.session > session ? 'invalid_request' : undefined;
}

function judgeOrder(ping: JudgedPing, last: JudgedPing | undefined): PingRefusal | undefined {
  if (last === undefined || ping.seq > last.seq) return undefined;
  return ping.seq === last.seq ? 'position_duplicate' : 'position_stale';
}

function judgeTime(
  { recordedAtMs }: JudgedPing,
  last: JudgedPing | undefined,
  nowMs: number,
): PingRefusal | undefined {
  const ageMs = nowMs - recordedAtMs;
  // A time that is no number is neither young nor old enough.
  if (!(ageMs <= MAX_PING_AGE_MS && ageMs >= -MAX_PING_AHEAD_MS)) return 'position_time_invalid';
  return last !== undefined && recordedAtMs < last.recordedAtMs ? 'position_stale' : undefined;
}

function isImpossibleJump(last: JudgedPing, ping: JudgedPing): boolean {
  const elapsedMs = ping.recordedAtMs - last.recordedAtMs;
  if (elapsedMs > FORGET_POSITION_MS) return false;
  return shortDistanceM(last, ping) > GPS_NOISE_M + MAX_SPEED_MPS * (elapsedMs / 1000);
}
