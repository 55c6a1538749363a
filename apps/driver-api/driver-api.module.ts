import { Module, type DynamicModule } from '@nestjs/common';
import { BusModule, identitiesOverBus } from '#libs/bus';
import { driverClientFrame } from '#libs/contracts';
import { ApiDocumentsModule, AuthenticationModule } from '#libs/service';
import { streamProviders } from '#libs/stream';
import { AvailabilityController } from './availability/availability.controller.ts';
import { Availability } from './availability/availability.ts';
import { DismissSilentDrivers } from './availability/dismiss-silent-drivers.ts';
import type { DriverApiConfig } from './config.ts';
import { Evidence } from './positions/evidence.ts';
import { PositionPublisher } from './positions/position-publisher.ts';
import { PositionsController } from './positions/positions.controller.ts';
import { ReceivePosition } from './positions/receive-position.ts';
import { ResendPositions } from './positions/resend-positions.ts';
import { ShareTracks } from './positions/share-tracks.ts';
import { Suspicions } from './positions/suspicions.ts';
import { TellHeard } from './positions/tell-heard.ts';
import { Tracks } from './positions/tracks.ts';
import { TripTracker } from './positions/trip-tracker.ts';
import { WithdrawLostDrivers } from './positions/withdraw-lost-drivers.ts';
import { Attendance } from './presence/attendance.ts';
import { BusLink } from './presence/bus-link.ts';
import { FindLostPushes } from './presence/find-lost-pushes.ts';
import { OfferDelivery } from './presence/offer-delivery.ts';
import { Presences } from './presence/presences.ts';
import { RereadAfterOutage } from './presence/reread-after-outage.ts';
import { RereadDriver } from './presence/reread-driver.ts';
import { Whereabouts } from './presence/whereabouts.ts';
import { RelayHints } from './repositioning/relay-hints.ts';
import { DriverStream } from './stream/driver-stream.ts';
import { ResumeTrips } from './stream/resume-trips.ts';
import { TicketsController } from './stream/tickets.controller.ts';
import { ReplayTrips } from './trips/replay-trips.ts';
import { TripChanges } from './trips/trip-changes.ts';
import { TripsController } from './trips/trips.controller.ts';

const PRESENCE = [
  BusLink,
  Presences,
  Attendance,
  Whereabouts,
  RereadDriver,
  RereadAfterOutage,
  FindLostPushes,
  OfferDelivery,
];
const POSITIONS = [
  ReceivePosition,
  Evidence,
  Suspicions,
  PositionPublisher,
  Tracks,
  ShareTracks,
  TellHeard,
  TripTracker,
  ResendPositions,
  WithdrawLostDrivers,
];

/** The API of drivers' phones. */
@Module({})
export class DriverApiModule {
  static of(config: DriverApiConfig): DynamicModule {
    return {
      module: DriverApiModule,
      imports: [
        BusModule.of('driver-api'),
        AuthenticationModule.of(config, identitiesOverBus),
        ApiDocumentsModule.of('driver'),
      ],
      controllers: [AvailabilityController, TripsController, PositionsController, TicketsController],
      providers: [
        ...PRESENCE,
        ...POSITIONS,
        Availability,
        DismissSilentDrivers,
        TripChanges,
        ReplayTrips,
        ResumeTrips,
        RelayHints,
        DriverStream,
        ...streamProviders({ role: 'driver', clientFrame: driverClientFrame, handler: DriverStream }),
      ],
    };
  }
}
