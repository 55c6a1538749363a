import { Module } from '@nestjs/common';
import { CancelTripController } from './cancel-trip.controller.ts';
import { ListTripsController } from './list-trips.controller.ts';
import { ReadTripController } from './read-trip.controller.ts';
import { RequestTripController } from './request-trip.controller.ts';

@Module({
  controllers: [RequestTripController, ReadTripController, ListTripsController, CancelTripController],
})
export class TripsModule {}
