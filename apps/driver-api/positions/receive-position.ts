import { Inject, Injectable } from '@nestjs/common';
import { fromTimestamp, HailgridError, toTimestamp, type DriverId, type Ping } from '#libs/contracts';
import { CellTracker, expandBoxM, POSITION_CELL_RES, type BoundingBox } from '#libs/geo';
import { CLOCK, CONFIG, METRICS, type Clock, type Metrics } from '#libs/service';
import type { DriverApiConfig } from '../config.ts';
import { Attendance } from '../presence/attendance.ts';
import type { DriverPresence } from '../presence/driver-presence.ts';
import { Presences } from '../presence/presences.ts';
import { judgePing, type PingRefusal } from './judge-ping.ts';
import { PositionPublisher } from './position-publisher.ts';
import { recordOfPing } from './position-record.ts';
import { ShareTracks } from './share-tracks.ts';
import { Suspicions } from './suspicions.ts';
import { lastSeqOf, type Track } from './track.ts';
import { Tracks } from './tracks.ts';
import { TripTracker } from './trip-tracker.ts';

/** Shortest interval between two reads of a driver whose positions contradict its record, wall time. */
const READ_INTERVAL_MS = 1_000;

/** Judges one position of a driver and passes an accepted one on to the matchers and the trip's rider. */
@Injectable()
export class ReceivePosition {
  readonly #area: BoundingBox;
  readonly #cells = new CellTracker(POSITION_CELL_RES);
  readonly #accepted;
  readonly #pings;

  constructor(
    private readonly presences: Presences,
    private readonly attendance: Attendance,
    private readonly publisher: PositionPublisher,
    private readonly tracker: TripTracker,
    private readonly tracks: Tracks,
    private readonly shareTracks: ShareTracks,
    private readonly suspicions: Suspicions,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) config: DriverApiConfig,
    @Inject(METRICS) metrics: Metrics,
  ) {
    this.#area = expandBoxM(config.serviceArea, config.serviceAreaMarginM);
    this.#pings = metrics.counter('pings_total', 'Driver positions received, by result', ['result']);
    this.#accepted = this.#pings.labels('accepted');
  }

  /**
   * Throws the refusal. Synchronous for nearly every position; asynchronous if the driver must be read first, because
   * it came from another instance or opened its session there.
   */
  receive(driverId: DriverId, ping: Ping): Promise<void> | void {
    const presence = this.presences.get(driverId);
    if (presence !== undefined && isKnown(presence, ping)) return this.#judge(driverId, presence, ping);
    return this.#receiveAfterReading(driverId, ping);
  }

  async #receiveAfterReading(driverId: DriverId, ping: Ping): Promise<void> {
    const [record] = await Promise.all([this.attendance.read(driverId), this.shareTracks.fetch(driverId)]);
    const presence = this.presences.get(driverId);
    if (record?.online === true && record.session === ping.session) {
      this.attendance.attend(record).noteRead();
    } else if (record !== null && presence !== undefined) {
      // The ping is not of the open session, so this instance notes the record but does not begin to serve the driver.
      this.presences.applyRecord(presence, record);
      presence.noteRead();
    }
    this.#judge(
      driverId,
      this.presences.get(driverId),
      ping,
      record?.online === true ? record.session : null,
    );
  }

  #judge(
    driverId: DriverId,
    presence: DriverPresence | undefined,
    ping: Ping,
    session = openSession(presence),
  ): void {
    const recordedAtMs = fromTimestamp(ping.recorded_at);
    const nowMs = this.clock.now();
    const before = this.tracks.get(driverId);
    const lastSeq = lastSeqIn(ping.session, presence, before);
    const context = { session, lastSeq, track: before, area: this.#area, nowMs };
    const { refusal, track } = judgePing(ping, recordedAtMs, context);
    if (track !== undefined && track !== before) this.tracks.set(driverId, track, nowMs);
    if (refusal === 'position_implausible') this.suspicions.note(driverId, 'impossible_track', ping);
    if (refusal !== undefined) {
      this.#pings.labels(refusal).inc();
      throw refused(refusal, ping, { lastSeq, recordedAtMs, nowMs });
    }
    if (presence === undefined) throw new HailgridError('driver_offline', 'no presence');
    if (ping.mocked === true) this.suspicions.note(driverId, 'mocked_position', ping);
    this.#accepted.inc();
    this.#accept(presence, ping, recordedAtMs);
  }

  #accept(presence: DriverPresence, ping: Ping, recordedAtMs: number): void {
    const { driverId, state } = presence;
    const product = state.session?.product;
    if (product === undefined) return;
    const nowMs = this.clock.now();
    const { offsetMs } = presence.tellTime(recordedAtMs, nowMs);
    const previousCell = presence.last?.cell;
    const record = recordOfPing(ping, recordedAtMs - offsetMs, { driverId, product, state });
    const last = { record, cell: this.#cells.cellKeyAt(ping.lat, ping.lng, previousCell) };
    presence.moveTo(last, nowMs);
    this.publisher.moved(last, previousCell);
    this.tracker.moved(presence, record);
  }
}

/** The newest accepted number of the session, also of a presence that has ended meanwhile. */
function lastSeqIn(
  session: number,
  presence: DriverPresence | undefined,
  track: Track | undefined,
): number | undefined {
  const record = presence?.last?.record;
  return record?.session === session ? record.seq : lastSeqOf(track, session);
}

interface RefusedAt {
  readonly lastSeq: number | undefined;
  readonly recordedAtMs: number;
  readonly nowMs: number;
}

/** The refusal, which tells the app what it needs to send positions that are taken. */
function refused(
  refusal: PingRefusal,
  ping: Ping,
  { lastSeq, recordedAtMs, nowMs }: RefusedAt,
): HailgridError {
  const message = `session ${ping.session}, seq ${ping.seq}`;
  switch (refusal) {
    case 'position_stale':
    case 'position_duplicate':
      return new HailgridError(refusal, message, { detail: `The last seq of this session is ${lastSeq}` });
    case 'clock_offset_too_large': {
      const offsetS = Math.round((recordedAtMs - nowMs) / 1000);
      const detail = `It is ${toTimestamp(nowMs)}; the phone's clock is off by ${offsetS} s`;
      return new HailgridError(refusal, message, { detail });
    }
    default:
      return new HailgridError(refusal, message);
  }
}

/** Whether the ping can be judged without a read. After a recent read it must be, to bound the reads. */
function isKnown(presence: DriverPresence, { session }: Ping): boolean {
  const { attended, state } = presence;
  const fits = attended ? session <= state.newestSession : session < state.newestSession;
  return fits || presence.wasReadWithin(READ_INTERVAL_MS);
}

function openSession(presence: DriverPresence | undefined): number | null {
  return presence === undefined || presence.state.session === null ? null : presence.state.newestSession;
}
