import { cellToChildren, cellToLatLng, getResolution } from 'h3-js';
import {
  cancelTrip,
  createTrip,
  DRIVER_HEARD_SUBJECT,
  driverHeardRequest,
  encodePositionBatch,
  getTrip,
  HailgridError,
  listTrips,
  newId,
  positionSubject,
} from '#libs/contracts';
import { POSITION_CELL_RES } from '#libs/geo';
import type { LieTally } from './lie-tally.ts';
import type { Liar } from './liar.ts';
import type { Truth } from './truth.ts';

const LAST_U32 = 0xffff_ffff;
/** Beyond every version that a driver reaches. */
const INVENTED_VERSION = Number.MAX_SAFE_INTEGER;
const FAR_AHEAD_MS = 1e9;
/** In how many cells of each shard the drivers are shown. */
const CELLS_PER_SHARD = 2;

/** What a stolen driver-api says: everybody was heard just now, and drivers are elsewhere, gone, and newer than true. */
export class DriverApiLies {
  readonly #liar: Liar;
  readonly #truth: Truth;
  readonly #cells: readonly string[];

  constructor(liar: Liar, truth: Truth) {
    this.#liar = liar;
    this.#truth = truth;
    this.#cells = truth.shards.flatMap(({ shard }) =>
      cellToChildren(shard, Math.max(POSITION_CELL_RES, getResolution(shard))).slice(0, CELLS_PER_SHARD),
    );
    liar.answer(DRIVER_HEARD_SUBJECT, (question) => {
      const heard_at_ms = truth.nowMs() + FAR_AHEAD_MS;
      const { drivers } = driverHeardRequest.parse(question);
      return { instance: 'liar', heard: drivers.map(({ driver_id }) => ({ driver_id, heard_at_ms })) };
    });
  }

  tell(): void {
    const sentAtMs = this.#truth.nowMs();
    for (const cell of this.#cells) {
      const [lat, lng] = cellToLatLng(cell);
      const records = this.#truth.drivers.map((driverId, index) => ({
        driverId,
        session: LAST_U32,
        seq: LAST_U32,
        lat,
        lng,
        recordedAtMs: sentAtMs + FAR_AHEAD_MS,
        freeAtMs: 0,
        rideEnd: undefined,
        booked: false,
        status: index % 2 === 0 ? ('offline' as const) : ('free' as const),
        statusVersion: INVENTED_VERSION,
        product: 'standard' as const,
        left: false,
        headingDeg: undefined,
        speedMps: undefined,
      }));
      this.#liar.tell(positionSubject(cell), encodePositionBatch({ sentAtMs, records }));
    }
  }
}

/** What a stolen rider-api asks for in the name of riders who are not there; `trips` must refuse all of it. */
export async function actForTheAbsent({ commands }: Liar, truth: Truth, tally: LieTally): Promise<void> {
  const rider_id = newId('rider');
  const [trip_id = newId('trip')] = truth.openTrips;
  const idempotency = { key: 'liar', request_digest: '0'.repeat(64) };
  const acts: Record<string, () => Promise<unknown>> = {
    'requested a trip': () => commands.call(createTrip, { rider_id, quote_id: newId('quote'), idempotency }),
    'canceled a trip': () => commands.call(cancelTrip, { rider_id, trip_id }),
    'listed trips': () => commands.call(listTrips, { rider_id, limit: 1 }),
    'read a trip as an operator': () => commands.call(getTrip, { trip_id, reader: { role: 'operator' } }),
  };
  for (const [what, act] of Object.entries(acts)) {
    tally.told += 1;
    const refusal = await act().then(
      () => undefined,
      (error: unknown) => error,
    );
    const code = refusal instanceof HailgridError ? refusal.code : undefined;
    if (code === 'unauthenticated') tally.refused += 1;
    else if (code !== 'unavailable')
      tally.believed.push(`rider-api ${what} without a token: ${code ?? 'done'}`);
  }
}
