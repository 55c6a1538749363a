import { Module } from '@nestjs/common';
import { PresenceModule } from '../presence/presence.module.ts';
import { AvailabilityController } from './availability.controller.ts';
import { DismissSilentDrivers } from './dismiss-silent-drivers.ts';
import { GoOffline } from './go-offline.ts';
import { GoOnline } from './go-online.ts';
import { ReadDriver } from './read-driver.ts';

/** Going online and offline, by wish or by silence. */
@Module({
  imports: [PresenceModule],
  controllers: [AvailabilityController],
  providers: [ReadDriver, GoOnline, GoOffline, DismissSilentDrivers],
  exports: [GoOnline, GoOffline],
})
export class AvailabilityModule {}
