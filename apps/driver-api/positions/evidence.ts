import { Inject, Injectable } from '@nestjs/common';
import { toTimestamp, type CommandInput, type driveTrip, type DriverId } from '#libs/contracts';
import { CLOCK, type Clock } from '#libs/service';
import { Presences } from '../presence/presences.ts';
import { ShareTracks } from './share-tracks.ts';
import type { Fix } from './track.ts';
import { Tracks } from './tracks.ts';

/**
 * From which age on another instance is asked for a newer position: a driver without a socket sends its requests to any
 * of them.
 */
const ASK_AFTER_MS = 15_000;

/** The newest accepted position of a driver, which goes with its steps to `trips`. */
@Injectable()
export class Evidence {
  constructor(
    private readonly presences: Presences,
    private readonly tracks: Tracks,
    private readonly shareTracks: ShareTracks,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Null: no position of the driver was accepted lately. */
  async of(driverId: DriverId): Promise<NonNullable<CommandInput<typeof driveTrip>['evidence']> | null> {
    const held = this.tracks.get(driverId)?.believed.fix;
    if (held === undefined || this.clock.now() - held.heardAtMs > ASK_AFTER_MS)
      await this.shareTracks.fetch(driverId);
    const fix = this.tracks.get(driverId)?.believed.fix;
    if (fix === undefined) return null;
    const recordedAtMs = this.#recordedAtMs(driverId, fix);
    return {
      point: { lat: fix.lat, lng: fix.lng },
      recorded_at: toTimestamp(recordedAtMs),
      // A position that waited in the phone is as old as it says; none is newer than when it was heard.
      age_ms: Math.max(0, this.clock.now() - Math.min(recordedAtMs, fix.heardAtMs)),
    };
  }

  /** By our clock, if this instance has measured the phone's. */
  #recordedAtMs(driverId: DriverId, { session, seq, heardAtMs }: Fix): number {
    const record = this.presences.get(driverId)?.last?.record;
    return record?.session === session && record.seq === seq ? record.recordedAtMs : heardAtMs;
  }
}
