import { Module } from '@nestjs/common';
import { PresenceModule } from '../presence/presence.module.ts';
import { ChangeTrip } from './change-trip.ts';
import { DriveTrip } from './drive-trip.ts';
import { ReplayTrips } from './replay-trips.ts';
import { TripsController } from './trips.controller.ts';

/** The steps of a trip by its driver, and what the driver has missed of it. */
@Module({
  imports: [PresenceModule],
  controllers: [TripsController],
  providers: [ChangeTrip, DriveTrip, ReplayTrips],
  exports: [ChangeTrip, DriveTrip, ReplayTrips],
})
export class TripsModule {}
