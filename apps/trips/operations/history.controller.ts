import { Controller, Get, Param } from '@nestjs/common';
import type { z } from 'zod';
import { getTripHistory, routerPath, toTripRecord } from '#libs/contracts';
import { ForRole } from '#libs/service';
import { foldEvents, readEvents, TripStore } from '#libs/store';
import { readTripFor } from '../requests/trip-reader.ts';

/** A trip with everything that happened to it. */
@Controller()
export class HistoryController {
  constructor(private readonly store: TripStore) {}

  @Get(routerPath(getTripHistory))
  @ForRole('operator')
  async read(
    @Param({ schema: getTripHistory.params }) { trip_id }: z.output<typeof getTripHistory.params>,
  ): Promise<z.output<typeof getTripHistory.response>> {
    const trip = await readTripFor(this.store.upToDate, trip_id, { role: 'operator' });
    const changes = foldEvents(await readEvents(this.store.upToDate, trip_id), 0);
    return { trip: toTripRecord(trip), events: changes.map(({ event }) => event) };
  }
}
