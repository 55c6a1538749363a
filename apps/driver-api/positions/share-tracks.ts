import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, logDropped, requestAllJson, respondJson, subscribe } from '#libs/bus';
import {
  DRIVER_TRACK_SUBJECT,
  driverTrack,
  driverTrackRequest,
  type DriverId,
  type DriverTrack,
  type DriverTrackRequest,
} from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/service';
import { BusLink } from '../presence/bus-link.ts';
import { Presences } from '../presence/presences.ts';
import { lastSeqOf, type Track } from './track.ts';
import { Tracks } from './tracks.ts';

/** How long to wait for the instance that served the driver before, wall time: a welcome waits for it. */
const ANSWER_WINDOW_MS = 100;
/** How many instances may have served the driver within the last minutes. */
const MAX_ANSWERS = 16;

/**
 * Passes tracks between instances: a driver who comes back at another one continues its numbers and its distance
 * budget. Without an answer it begins a new track. A false answer can have the driver's positions refused until it goes online
 * again, and nothing else.
 */
@Injectable()
export class ShareTracks implements OnModuleInit {
  constructor(
    @Inject(BUS) private readonly bus: NatsConnection,
    private readonly link: BusLink,
    private readonly presences: Presences,
    private readonly tracks: Tracks,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    const onDropped = logDropped(this.logger);
    subscribe(
      this.bus,
      DRIVER_TRACK_SUBJECT,
      (message) => {
        const { driver_id: driverId } = driverTrackRequest.parse(message.json());
        const track = this.tracks.get(driverId);
        if (track !== undefined) respondJson(message, toMessage(track));
      },
      onDropped,
    );
  }

  /** The newest accepted number of the session, here or at an instance that served the driver before. */
  async lastSeq(driverId: DriverId, session: number): Promise<number | null> {
    const last = this.presences.get(driverId)?.last?.record;
    if (last?.session === session) return last.seq;
    await this.fetch(driverId);
    return lastSeqOf(this.tracks.get(driverId), session) ?? null;
  }

  /** Takes over the newest track of the driver that any instance has. */
  async fetch(driverId: DriverId): Promise<void> {
    if (!this.link.connected) return;
    const request: DriverTrackRequest = { driver_id: driverId };
    const onDropped = logDropped(this.logger);
    const limits = { windowMs: ANSWER_WINDOW_MS, maxAnswers: MAX_ANSWERS, onDropped };
    const answers = await requestAllJson(this.bus, DRIVER_TRACK_SUBJECT, request, driverTrack, limits).catch(
      () => [],
    );
    for (const answer of answers) {
      const knownMs = this.tracks.get(driverId)?.believed.fix.heardAtMs ?? -Infinity;
      if (answer.heard_at_ms > knownMs) this.tracks.set(driverId, fromMessage(answer), answer.heard_at_ms);
    }
  }
}

function toMessage({ believed: { fix, slackM, unusedMs }, correctedAtMs }: Track): DriverTrack {
  return {
    session: fix.session,
    seq: fix.seq,
    lat: fix.lat,
    lng: fix.lng,
    recorded_at_ms: fix.recordedAtMs,
    heard_at_ms: fix.heardAtMs,
    slack_m: slackM,
    unused_ms: unusedMs,
    corrected_at_ms: Number.isFinite(correctedAtMs) ? correctedAtMs : null,
  };
}

function fromMessage(message: DriverTrack): Track {
  const { session, seq, lat, lng, slack_m: slackM, unused_ms: unusedMs } = message;
  const fix = {
    session,
    seq,
    lat,
    lng,
    recordedAtMs: message.recorded_at_ms,
    heardAtMs: message.heard_at_ms,
  };
  const correctedAtMs = message.corrected_at_ms ?? -Infinity;
  return { believed: { fix, slackM, unusedMs }, rival: undefined, correctedAtMs };
}
