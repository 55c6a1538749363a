import { Controller, Get, Headers, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { CommandClient } from '#libs/bus';
import {
  getRiderTrip,
  getTrip,
  routerPath,
  toRiderTrip,
  type RiderTrip,
  type TripParams,
} from '#libs/contracts';
import { CallerOf, ForRole, type Caller } from '#libs/service';
import { riderOf } from '../caller/rider-of.ts';
import { tripEtag, wouldBeTheSame } from './trip-etag.ts';

@Controller()
export class ReadTripController {
  constructor(private readonly commands: CommandClient) {}

  @Get(routerPath(getRiderTrip))
  @ForRole('rider')
  async read(
    @CallerOf() caller: Caller,
    @Param({ schema: getRiderTrip.params }) { trip_id }: TripParams,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RiderTrip | undefined> {
    const trip = await this.commands.call(getTrip, {
      trip_id,
      reader: { role: 'rider', rider_id: riderOf(caller) },
    });
    const etag = tripEtag(trip);
    void reply.header('etag', etag);
    if (!wouldBeTheSame(ifNoneMatch, etag)) return toRiderTrip(trip);
    void reply.status(304);
    return undefined;
  }
}
