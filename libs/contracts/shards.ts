import { z } from 'zod';
import { tripId } from './ids.ts';
import { h3Cell, point, product } from './values.ts';

/** The name of one process of a role, e.g. `matcher-1`; part of NATS subjects, hence the narrow alphabet. */
export const instanceName = z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_-]{0,62}$/);

/** Who owns a shard, and since which epoch. Of two claims on one shard the higher epoch is the newer. */
export const shardClaim = z
  .object({ shard: h3Cell, epoch: z.int().min(0), owner: instanceName.nullable() })
  .meta({ id: 'ShardClaim' });
export type ShardClaimMessage = z.infer<typeof shardClaim>;

/** Names one life of a matcher process: who starts again under its name is another incarnation. */
export const incarnation = z.uuid();

export const shardMapMessage = z.object({ shards: z.array(shardClaim) });
export type ShardMapMessage = z.infer<typeof shardMapMessage>;

/** How a request that depends on ownership names the owner it believes in. */
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
export const pickupEtaReply = z.discriminatedUnion('result', [
  z.object({ result: z.literal('eta'), pickup_eta_s: z.number().nullable() }),
  moved,
]);
export type PickupEtaReply = z.infer<typeof pickupEtaReply>;

/** Load of one shard as its owner measures it, averaged over some seconds of service time. */
export const shardLoad = z
  .object({
    open_trips: z.number().min(0).meta({ description: 'trips that wait for a driver' }),
    requests_per_s: z.number().min(0),
    pings_per_s: z.number().min(0).meta({ description: 'positions received inside the shard' }),
    busy_ms_per_s: z.number().min(0).meta({ description: 'time of the matcher spent on it' }),
  })
  .meta({ id: 'ShardLoad' });
export type ShardLoadMessage = z.infer<typeof shardLoad>;

/** How many shards a heartbeat names: those with the most load; the others count as idle. */
export const MAX_SHARDS_PER_HEARTBEAT = 2048;

/** "I live", several times a second, with what the planner balances by. */
export const matcherHeartbeat = z.object({
  matcher: instanceName,
  incarnation,
  shards_owned: z.int().min(0),
  round_p99_ms: z.number().min(0),
  shards: z
    .array(z.object({ shard: h3Cell, epoch: z.int().min(0), load: shardLoad }))
    .max(MAX_SHARDS_PER_HEARTBEAT),
});
export type MatcherHeartbeat = z.infer<typeof matcherHeartbeat>;

/** "Are you there?", asked of a matcher that has fallen silent. */
export const matcherProbe = z.object({});
export const matcherProbeReply = z.object({ incarnation });
export type MatcherProbeReply = z.infer<typeof matcherProbeReply>;

/** How many shards one handoff moves. */
export const MAX_SHARDS_PER_HANDOFF = 256;
const handedShards = z.array(z.object(routed)).min(1).max(MAX_SHARDS_PER_HANDOFF);

/** To the next owner: listen to the positions around these shards already. Epochs are those of the present owner. */
export const prepareShards = z.object({ shards: handedShards });
export type PrepareShards = z.infer<typeof prepareShards>;
/** Sent once the supply around them is known, or nearly so. */
export const prepareShardsReply = z.object({ incarnation });
export type PrepareShardsReply = z.infer<typeof prepareShardsReply>;

/**
 * To the present owner: offer nothing more for these shards, and answer once nothing is under way. The owner goes on
 * by itself after `lease_ms` (of the machines' time) without a new claim: the move was given up.
 */
export const drainShards = z.object({ shards: handedShards, lease_ms: z.int().min(1).max(60_000) });
export type DrainShards = z.infer<typeof drainShards>;
/** Those it owned at that epoch and has stopped matching. */
export const drainShardsReply = z.object({ incarnation, drained: z.array(h3Cell) });
export type DrainShardsReply = z.infer<typeof drainShardsReply>;
