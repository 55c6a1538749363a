import { answerOffer, createTrip, driveTrip, type Idempotency, type TripId } from '#libs/contracts';
import { createHash } from 'node:crypto';
import type { CommandLine } from '../../../dev/bus/command-line.ts';
import type { PlannedTrip } from './planned-trips.ts';
import type { OnlineDriver } from './prepare-database.ts';
import type { PlayedRounds } from './played-rounds.ts';

const ACTIONS = ['arrived', 'start', 'complete'] as const;

/** Called with the time from sending each step to its acknowledgement. */
export type StepTimer = (ms: number) => void;

/**
 * One trip from request to completion. Like the public APIs, each step has its own key and follows the acknowledgement of
 * the one before. An offer is timed from when the matcher may decide.
 */
export async function driveWholeTrip(
  commands: CommandLine,
  rounds: PlayedRounds,
  { quoteId, riderId, riderToken, pickup, shard, epoch }: PlannedTrip & { epoch: number },
  { driverId, token }: OnlineDriver,
  timer: StepTimer,
): Promise<TripId> {
  const timed = async <T>(step: Promise<T>): Promise<T> => {
    const startedAtMs = performance.now();
    const result = await step;
    timer(performance.now() - startedAtMs);
    return result;
  };
  const { trip_id } = await timed(
    commands.call(
      createTrip,
      {
        rider_id: riderId,
        quote_id: quoteId,
        idempotency: keyOf(quoteId, 'create'),
      },
      riderToken,
    ),
  );
  const offer_id = await timed(
    rounds.offer({ trip_id, driver_id: driverId, shard, epoch, pickup_eta_s: 90, pickup_distance_m: 400 }),
  );
  await timed(
    commands.call(
      answerOffer,
      {
        driver_id: driverId,
        offer_id,
        answer: 'accept',
        idempotency: keyOf(quoteId, 'accept'),
      },
      token,
    ),
  );
  const evidence = { point: pickup, recorded_at: new Date().toISOString(), age_ms: 1_000 };
  for (const action of ACTIONS) {
    const idempotency = keyOf(quoteId, action);
    await timed(
      commands.call(driveTrip, { driver_id: driverId, trip_id, action, evidence, idempotency }, token),
    );
  }
  return trip_id;
}

function keyOf(quoteId: string, step: string): Idempotency {
  const key = `${step}-${quoteId}`;
  return { key, request_digest: createHash('sha256').update(key).digest('hex') };
}
