import { Controller, Get, Query } from '@nestjs/common';
import { CommandClient } from '#libs/bus';
import {
  getRiderTrips,
  listTrips,
  routerPath,
  toRiderTrip,
  type TripListQuery,
  type TripPage,
} from '#libs/contracts';
import { CallerOf, ForRole, type Caller } from '#libs/service';
import { riderOf } from '../caller/rider-of.ts';
import { cursorAfter, readCursor } from './trip-cursor.ts';

@Controller()
export class ListTripsController {
  constructor(private readonly commands: CommandClient) {}

  @Get(routerPath(getRiderTrips))
  @ForRole('rider')
  async list(
    @CallerOf() caller: Caller,
    @Query({ schema: getRiderTrips.query }) { cursor, limit }: TripListQuery,
  ): Promise<TripPage> {
    const { trips, more } = await this.commands.call(listTrips, {
      rider_id: riderOf(caller),
      limit,
      ...(cursor !== undefined && { after: readCursor(cursor) }),
    });
    const last = trips.at(-1);
    return {
      data: trips.map(toRiderTrip),
      next_cursor: more && last !== undefined ? cursorAfter(last.trip_id) : null,
    };
  }
}
