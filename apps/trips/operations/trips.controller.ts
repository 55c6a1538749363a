import { Controller, Get, Param, Query } from '@nestjs/common';
import type { z } from 'zod';
import { explainTrip, getOperatorTrips, getTripHistory, routerPath, toTripRecord } from '#libs/contracts';
import { AskerOf, ForRole, type Asker } from '#libs/service';
import { findTrips, findUndelivered, foldEvents, readEvents, TripStore } from '#libs/store';
import { AskMatchers } from './ask-matchers.ts';
import { OperatorAudit } from './operator-audit.ts';
import { actorOf } from '#libs/trip';
import { explainOffers } from './explain-offers.ts';
import { readTripFor } from '../requests/trip-reader.ts';

/** Shows operators trips, the events of a trip, and the rounds of all matchers in which it took part. */
@Controller()
export class OperatorTripsController {
  constructor(
    private readonly store: TripStore,
    private readonly audit: OperatorAudit,
    private readonly matchers: AskMatchers,
  ) {}

  @Get(routerPath(getOperatorTrips))
  @ForRole('operator')
  async find(
    @AskerOf() asker: Asker,
    @Query({ schema: getOperatorTrips.query }) query: z.output<typeof getOperatorTrips.query>,
  ): Promise<z.output<typeof getOperatorTrips.response>> {
    const { rider_id: riderId, driver_id: driverId, state, attention, cursor, limit } = query;
    const requestedFromMs = momentOf(query.requested_from);
    const requestedToMs = momentOf(query.requested_to);
    const filter = {
      riderId,
      driverId,
      state,
      needsAttention: attention === 'true',
      requestedFromMs,
      requestedToMs,
    };
    await this.audit.look(asker, 'list_trips', query);
    const { trips, after } = await findTrips(this.store.upToDate, filter, cursor, limit);
    return { data: trips.map(toTripRecord), next_cursor: after };
  }

  @Get(routerPath(getTripHistory))
  @ForRole('operator')
  async history(
    @AskerOf() asker: Asker,
    @Param({ schema: getTripHistory.params }) { trip_id }: z.output<typeof getTripHistory.params>,
  ): Promise<z.output<typeof getTripHistory.response>> {
    await this.audit.look(asker, 'read_trip_history', { trip_id });
    const trip = await readTripFor(this.store.upToDate, trip_id, { role: 'operator' });
    const stored = await readEvents(this.store.upToDate, trip_id);
    const changes = foldEvents(stored, 0);
    const events = stored.flatMap(({ event, hash }, index) => {
      const change = changes[index];
      return change === undefined ? [] : [{ ...change.event, actor: actorOf(event, trip.riderId), hash }];
    });
    return { trip: toTripRecord(trip), events };
  }

  @Get(routerPath(explainTrip))
  @ForRole('operator')
  async explain(
    @AskerOf() asker: Asker,
    @Param({ schema: explainTrip.params }) { trip_id }: z.output<typeof explainTrip.params>,
  ): Promise<z.output<typeof explainTrip.response>> {
    await this.audit.look(asker, 'explain_trip', { trip_id });
    const { offer } = await readTripFor(this.store.upToDate, trip_id, { role: 'operator' });
    const events = (await readEvents(this.store.upToDate, trip_id)).map(({ event }) => event);
    const isDelivered = offer !== null && (await findUndelivered(this.store, offer)) === undefined;
    const rounds = await this.matchers.roundsOfTrip(trip_id);
    return { offers: explainOffers(events, isDelivered), rounds };
  }
}

function momentOf(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time);
}
