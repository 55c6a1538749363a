import { Module } from '@nestjs/common';
import { PresenceModule } from '../presence/presence.module.ts';
import { PositionPublisher } from './position-publisher.ts';
import { PositionsController } from './positions.controller.ts';
import { ReceiveBatch } from './receive-batch.ts';
import { ReceivePosition } from './receive-position.ts';
import { ResendPositions } from './resend-positions.ts';
import { TripTracker } from './trip-tracker.ts';
import { WithdrawLostDrivers } from './withdraw-lost-drivers.ts';

/** From a driver's ping to the matchers' position stream and the rider's map. */
@Module({
  imports: [PresenceModule],
  controllers: [PositionsController],
  providers: [
    ReceivePosition,
    ReceiveBatch,
    PositionPublisher,
    TripTracker,
    ResendPositions,
    WithdrawLostDrivers,
  ],
  exports: [ReceivePosition],
})
export class PositionsModule {}
