import { Inject, Injectable } from '@nestjs/common';
import { fromTimestamp, HailgridError, type DriverId, type Ping } from '#libs/contracts';
import { CellTracker, expandBoxM, POSITION_CELL_RES, type BoundingBox } from '#libs/geo';
import { CLOCK, CONFIG, METRICS, type Clock, type Metrics } from '#libs/service';
import type { DriverApiConfig } from '../config.ts';
import { Attendance } from '../presence/attendance.ts';
import type { DriverPresence } from '../presence/driver-presence.ts';
import { Presences } from '../presence/presences.ts';
import { judgePing } from './judge-ping.ts';
import { PositionPublisher } from './position-publisher.ts';
import { recordOfPing } from './position-record.ts';
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
    if (presence !== undefined && isKnown(presence, ping)) return this.#judge(presence, ping);
    return this.#receiveAfterReading(driverId, ping);
  }

  async #receiveAfterReading(driverId: DriverId, ping: Ping): Promise<void> {
    const record = await this.attendance.read(driverId);
    const presence = this.presences.get(driverId);
    if (record?.online === true && record.session === ping.session) {
      this.attendance.attend(record).noteRead();
    } else if (record !== null && presence !== undefined) {
      // The ping is not of the open session, so this instance notes the record but does not begin to serve the driver.
      this.presences.applyRecord(presence, record);
      presence.noteRead();
    }
    this.#judge(this.presences.get(driverId), ping, record?.online === true ? record.session : null);
  }

  #judge(presence: DriverPresence | undefined, ping: Ping, session = openSession(presence)): void {
    const recordedAtMs = fromTimestamp(ping.recorded_at);
    const last = presence?.last?.record;
    const context = { session, last, area: this.#area, nowMs: this.clock.now() };
    const refusal = judgePing(ping, recordedAtMs, context);
    if (refusal !== undefined) {
      this.#pings.labels(refusal).inc();
      throw new HailgridError(refusal, `session ${ping.session}, seq ${ping.seq}`);
    }
    if (presence === undefined) throw new HailgridError('driver_offline', 'no presence');
    this.#accepted.inc();
    this.#accept(presence, ping, recordedAtMs);
  }

  #accept(presence: DriverPresence, ping: Ping, recordedAtMs: number): void {
    const { driverId, state } = presence;
    const product = state.session?.product;
    if (product === undefined) return;
    const previousCell = presence.last?.cell;
    const record = recordOfPing(ping, recordedAtMs, { driverId, product, state });
    const last = { record, cell: this.#cells.cellKeyAt(ping.lat, ping.lng, previousCell) };
    presence.moveTo(last, this.clock.now());
    this.publisher.moved(last, previousCell);
    this.tracker.moved(presence, record);
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
