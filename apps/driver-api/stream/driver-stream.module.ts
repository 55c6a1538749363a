import { Module } from '@nestjs/common';
import { driverClientFrame } from '#libs/contracts';
import { streamProviders } from '#libs/stream';
import { AvailabilityModule } from '../availability/availability.module.ts';
import { OffersModule } from '../offers/offers.module.ts';
import { PositionsModule } from '../positions/positions.module.ts';
import { PresenceModule } from '../presence/presence.module.ts';
import { TripsModule } from '../trips/trips.module.ts';
import { DriverStream } from './driver-stream.ts';
import { ResumeTrips } from './resume-trips.ts';
import { TicketsController } from './tickets.controller.ts';

/** `/v1/stream` for drivers and its tickets. */
@Module({
  imports: [PresenceModule, PositionsModule, AvailabilityModule, OffersModule, TripsModule],
  controllers: [TicketsController],
  providers: [
    DriverStream,
    ResumeTrips,
    ...streamProviders({ role: 'driver', clientFrame: driverClientFrame, handler: DriverStream }),
  ],
})
export class DriverStreamModule {}
