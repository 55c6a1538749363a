import { Inject, Injectable } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, publishJson } from '#libs/bus';
import { toTimestamp, trackSubject, type PositionRecord, type TrackedPosition } from '#libs/contracts';
import { CLOCK, type Clock } from '#libs/service';
import { BusLink } from '../presence/bus-link.ts';
import type { DriverPresence } from '../presence/driver-presence.ts';

/** Shortest interval between two positions that a rider gets, service time: enough for a map. */
const TRACK_INTERVAL_MS = 1_000;

/** Sends a driver's position to the rider of its trip only. */
@Injectable()
export class TripTracker {
  constructor(
    @Inject(BUS) private readonly bus: NatsConnection,
    private readonly link: BusLink,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  moved(presence: DriverPresence, position: PositionRecord): void {
    const { trip } = presence.state;
    if (trip === null || !this.link.connected) return;
    if (!presence.takeTrackTurn(this.clock.now(), TRACK_INTERVAL_MS)) return;
    const tracked: TrackedPosition = {
      trip_id: trip.tripId,
      point: { lat: position.lat, lng: position.lng },
      heading_deg: position.headingDeg ?? null,
      recorded_at: toTimestamp(position.recordedAtMs),
    };
    publishJson(this.bus, trackSubject(trip.tripId), tracked);
  }
}
