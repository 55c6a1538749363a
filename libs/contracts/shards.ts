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
