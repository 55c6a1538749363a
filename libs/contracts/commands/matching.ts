import { z } from 'zod';
import { defineCommand } from '../command.ts';
import { driverId, offerId, tripId } from '../ids.ts';
import { incarnation, instanceName, shardClaim, shardMapMessage } from '../shards.ts';
import { askPauses } from '../trip.ts';
import { h3Cell, point, product, timestamp } from '../values.ts';

/** A trip before its pickup, as its matcher needs it. */
export const openTrip = z.object({
  trip_id: tripId,
  seq: z.int().min(1),
  shard: h3Cell,
  product,
  pickup: point,
  dropoff: point,
  trip_s: z.number(),
  requested_at: timestamp,
  search_deadline_at: timestamp,
  offered: z
    .boolean()
    .meta({ description: 'an offer is out; nothing to do until it is answered or expires' }),
  excluded_driver_ids: z.array(driverId),
  pauses: askPauses,
  driver_id: driverId.nullable().meta({ description: 'the driver on the way' }),
  swaps: z.int().min(0),
});
export type OpenTrip = z.infer<typeof openTrip>;

/** How many shards one sweep reads the open trips of; more shards take several sweeps. */
export const MAX_SHARDS_PER_SWEEP = 2048;
/** How many open trips one sweep returns: the oldest, marked `truncated` if there are more. */
export const MAX_OPEN_TRIPS_PER_SWEEP = 5000;

/** How many neighbouring shards one sweep includes; trips of further shards are not considered. */
export const MAX_NEIGHBOURS_PER_SWEEP = 2048;

/**
 * All open trips of some shards, and of neighbouring shards whose trips the caller may not decide on. If the caller
 * no longer owns a shard at that epoch, the current claim comes back in `moved` instead of the shard's trips. Oldest
 * first; `truncated` if the bound cut the list.
 */
export const openDemand = defineCommand(
  'matching',
  'trips.open_demand',
  z.object({
    matcher: instanceName,
    shards: z.array(shardClaim).max(MAX_SHARDS_PER_SWEEP),
    neighbours: z.array(h3Cell).max(MAX_NEIGHBOURS_PER_SWEEP),
  }),
  z.object({ trips: z.array(openTrip), moved: z.array(shardClaim), truncated: z.boolean() }),
  { callers: ['matcher'] },
);

/** One open trip, read after a nudge; null if it is no longer open. */
export const readOpenTrip = defineCommand(
  'matching',
  'trips.open_trip',
  z.object({ trip_id: tripId, shard: h3Cell }),
  openTrip.nullable(),
  { callers: ['matcher'] },
);

/** How many offers one transaction commits; the rest go into the next batch. */
export const MAX_OFFERS_PER_BATCH = 500;

export const offerProposal = z.object({
  trip_id: tripId,
  driver_id: driverId,
  shard: h3Cell,
  epoch: z.int().min(0),
  pickup_eta_s: z.number().min(0),
  pickup_distance_m: z.number().min(0),
  after_ride_at_version: z.int().optional().meta({
    description: 'for a driver with a rider on board: the driver version at which the matcher saw that',
  }),
  replaces_driver_id: driverId
    .optional()
    .meta({ description: 'the driver on the way, who drives on until the offer is accepted' }),
});
export type OfferProposal = z.infer<typeof offerProposal>;

/**
 * Why a proposal was refused. `stale_epoch`: the sender does not own the shard at that epoch. `wrong_shard`: the trip
 * is in another shard.
 */
export const offerRefusal = z.enum([
  'stale_epoch',
  'wrong_shard',
  'trip_not_open',
  'driver_claimed',
  'driver_unavailable',
  'driver_excluded',
]);
export type OfferRefusal = z.infer<typeof offerRefusal>;

export const offerOutcome = z.discriminatedUnion('result', [
  z.object({
    result: z.literal('offered'),
    trip_id: tripId,
    driver_id: driverId,
    offer_id: offerId,
    expires_at: timestamp,
    driver_version: z.int(),
    trip_seq: z.int(),
  }),
  z.object({ result: z.literal('refused'), trip_id: tripId, driver_id: driverId, reason: offerRefusal }),
]);
export type OfferOutcome = z.infer<typeof offerOutcome>;

/**
 * How long a round waits for its offers to be committed: a round lasts two seconds at most. After a lost reply the
 * next sweep finds the outcome.
 */
const MAKE_OFFERS_TIMEOUT_MS = 2_000;

/**
 * Commits the offers of a round in one transaction, each pair with an outcome of its own. Checks the shard epoch
 * under FOR SHARE, that the trip is open, and that the driver is online and unclaimed.
 */
export const makeOffers = defineCommand(
  'matching',
  'trips.offer',
  z.object({ matcher: instanceName, offers: z.array(offerProposal).min(1).max(MAX_OFFERS_PER_BATCH) }),
  z.object({ outcomes: z.array(offerOutcome) }),
  { callers: ['matcher'], timeoutMs: MAKE_OFFERS_TIMEOUT_MS },
);

/** How many drivers swap trips in one set; a longer ring is not applied. */
export const MAX_MOVES_PER_REMATCH = 64;
/** How many sets of moves one command carries; the rest go into the next batch. */
export const MAX_REMATCHES_PER_BATCH = 100;

/** Gives a trip to a driver who is, or just was, bound to another one. */
export const driverMove = z.object({
  trip_id: tripId,
  driver_id: driverId,
  replaces_driver_id: driverId.nullable().meta({ description: 'the driver on the way; null: none yet' }),
  from_trip_id: tripId
    .nullable()
    .meta({ description: 'the trip that the driver leaves; null: it was just replaced there' }),
  shard: h3Cell,
  epoch: z.int().min(0),
  pickup_eta_s: z.number().min(0),
});
export type DriverMove = z.infer<typeof driverMove>;

export const rematchRefusal = z.enum([...offerRefusal.options, 'rider_left']);
export type RematchRefusal = z.infer<typeof rematchRefusal>;

/**
 * Drivers on their way to a pickup swap trips, without being asked. Each set of moves is committed as a whole or not
 * at all, and only if every trip that loses its driver gets another one in the same set (`rider_left` otherwise).
 */
export const rematch = defineCommand(
  'matching',
  'trips.rematch',
  z.object({
    matcher: instanceName,
    sets: z.array(z.array(driverMove).min(1).max(MAX_MOVES_PER_REMATCH)).min(1).max(MAX_REMATCHES_PER_BATCH),
  }),
  z.object({
    outcomes: z.array(
      z.discriminatedUnion('result', [
        z.object({
          result: z.literal('done'),
          trip_seqs: z.array(z.object({ trip_id: tripId, seq: z.int() })),
        }),
        z.object({
          result: z.literal('refused'),
          trip_id: tripId,
          driver_id: driverId,
          reason: rematchRefusal,
        }),
      ]),
    ),
  }),
  { callers: ['matcher'], timeoutMs: MAKE_OFFERS_TIMEOUT_MS },
);

/**
 * Makes a matcher a member. Shards that an earlier incarnation of it still owned get a new epoch. The planner's next
 * decision assigns its share. Returns the shards it owns now; one incarnation may repeat the command.
 */
export const joinShards = defineCommand(
  'matching',
  'trips.shards.join',
  z.object({ matcher: instanceName, incarnation }),
  shardMapMessage,
  { callers: ['matcher'] },
);

/**
 * Starts a matcher's departure: the planner hands its shards to the others, then removes it. Returns the shards it
 * still owns, so that repeated commands show the progress. Changes nothing if the member is another incarnation.
 */
export const leaveShards = defineCommand(
  'matching',
  'trips.shards.leave',
  z.object({ matcher: instanceName, incarnation }),
  shardMapMessage,
  { callers: ['matcher'] },
);

/** How many shards one page of the shard map has. */
export const MAX_CLAIMS_PER_PAGE = 4096;

/** The shard map in pages, ordered by cell; the next page starts after the last shard of this one. */
export const getShardMap = defineCommand(
  'matching',
  'trips.shards.map',
  z.object({ after: h3Cell.optional() }),
  shardMapMessage.extend({ more: z.boolean() }),
  { callers: ['matcher', 'rider-api'] },
);

/** How many shards one command rereads; more of them take several. */
export const MAX_SHARDS_PER_REREAD = 256;

/** The present claims of some shards, read after a hint that they have changed; unknown shards are left out. */
export const readShardClaims = defineCommand(
  'matching',
  'trips.shards.claims',
  z.object({ shards: z.array(h3Cell).min(1).max(MAX_SHARDS_PER_REREAD) }),
  shardMapMessage,
  { callers: ['matcher', 'rider-api'] },
);
