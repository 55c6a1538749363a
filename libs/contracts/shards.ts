import { z } from 'zod';
import { driverId, tripId } from './ids.ts';
import { h3Cell, point, product } from './values.ts';

/** The name of one process of a role, e.g. `matcher-1`; part of NATS subjects, hence the narrow alphabet. */
export const instanceName = z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_-]{0,62}$/);

/** Who owns a shard, and since which epoch. Of two claims on one shard the higher epoch is the newer. */
export const shardClaim = z
  .object({ shard: h3Cell, epoch: z.int().min(0), owner: instanceName.nullable() })
  .meta({ id: 'ShardClaim' });
export type ShardClaimMessage = z.infer<typeof shardClaim>;

/** Identifies one run of a matcher process: a restart under the same name is another incarnation. */
export const incarnation = z.uuid();

export const shardMapMessage = z.object({ shards: z.array(shardClaim) });
export type ShardMapMessage = z.infer<typeof shardMapMessage>;

/** The shard and epoch that a routed request assumes of its receiver. */
const routed = { shard: h3Cell, epoch: z.int().min(0) };

/** The answer to a request that went to a matcher which does not own the shard at that epoch. */
export const moved = z.object({ result: z.literal('moved'), claim: shardClaim.nullable() });

export const demandNudge = z.object({ ...routed, trip_id: tripId });
export type DemandNudge = z.infer<typeof demandNudge>;
export const demandNudgeReply = z.discriminatedUnion('result', [
  z.object({ result: z.literal('noted') }),
  moved,
]);
export type DemandNudgeReply = z.infer<typeof demandNudgeReply>;

export const pickupEtaRequest = z.object({ ...routed, pickup: point, product });
export type PickupEtaRequest = z.infer<typeof pickupEtaRequest>;

/** The shortest pickup time of a quote. */
export const MIN_ETA_S = 60;
/** In which steps a quote gives pickup times. */
export const ETA_STEP_S = 30;
/** From which pickup time on a quote gives longer steps. */
export const LONG_ETA_S = 300;
/** In which steps a quote gives long pickup times. */
export const LONG_ETA_STEP_S = 60;

/** A pickup time in the steps of a quote: a finer one would tell riders where cars are, and is refused. */
export const pickupEtaReply = z.discriminatedUnion('result', [
  z.object({
    result: z.literal('eta'),
    pickup_eta_s: z.number().min(MIN_ETA_S).multipleOf(ETA_STEP_S).nullable(),
  }),
  moved,
]);
export const driverEtaRequest = z.object({ ...routed, pickup: point, driver_id: driverId });
export type DriverEtaRequest = z.infer<typeof driverEtaRequest>;
export type PickupEtaReply = z.infer<typeof pickupEtaReply>;

/** Load of one shard as its owner measures it, averaged over some seconds of service time. */
export const shardLoad = z
  .object({
    open_trips: z.number().min(0).meta({ description: 'trips that wait for a driver' }),
    requests_per_s: z.number().min(0),
    pings_per_s: z.number().min(0).meta({ description: 'positions received inside the shard' }),
    busy_ms_per_s: z.number().min(0).meta({ description: 'matcher time spent on the shard' }),
  })
  .meta({ id: 'ShardLoad' });
export type ShardLoadMessage = z.infer<typeof shardLoad>;

/** How many shards a heartbeat names: those with the most load; the others count as idle. */
export const MAX_SHARDS_PER_HEARTBEAT = 2048;

/** A matcher's heartbeat, several times a second, with the loads that the planner balances. */
export const matcherHeartbeat = z.object({
  matcher: instanceName,
  incarnation,
  shards_owned: z.int().min(0),
  round_p99_ms: z.number().min(0),
  drivers_in_dead_part: z.int().min(0).default(0),
  shards: z
    .array(z.object({ shard: h3Cell, epoch: z.int().min(0), load: shardLoad }))
    .max(MAX_SHARDS_PER_HEARTBEAT),
});
export type MatcherHeartbeat = z.infer<typeof matcherHeartbeat>;

/** Asks a matcher whose heartbeats stopped whether it is alive. */
export const matcherProbe = z.object({});
export const matcherProbeReply = z.object({ incarnation });
export type MatcherProbeReply = z.infer<typeof matcherProbeReply>;

/** How many shards one handoff moves. */
export const MAX_SHARDS_PER_HANDOFF = 256;
const handedShards = z.array(z.object(routed)).min(1).max(MAX_SHARDS_PER_HANDOFF);

/** To the next owner: subscribe to the positions around these shards. Epochs are those of the current owner. */
export const prepareShards = z.object({ shards: handedShards });
export type PrepareShards = z.infer<typeof prepareShards>;
/** Sent once the supply around the shards is (almost) known. */
export const prepareShardsReply = z.object({ incarnation });
export type PrepareShardsReply = z.infer<typeof prepareShardsReply>;

/**
 * To the current owner: make no more offers for these shards, and answer once none is in flight. If no new claim comes
 * within `lease_ms` (machine time), the handoff was abandoned and the owner resumes matching.
 */
export const drainShards = z.object({ shards: handedShards, lease_ms: z.int().min(1).max(60_000) });
export type DrainShards = z.infer<typeof drainShards>;
/** The shards that the owner held at that epoch and has stopped matching. */
export const drainShardsReply = z.object({ incarnation, drained: z.array(h3Cell) });
export type DrainShardsReply = z.infer<typeof drainShardsReply>;
