export { sha256Hex } from './event-facts.ts';
export { ClusterWatch } from './postgres/cluster-watch.ts';
export { Database, OutcomeUnknown, type Queryable } from './postgres/database.ts';
export { StandbyReads, type ReadFrom, type ReadKind } from './postgres/standby-reads.ts';
export type { DriverRow } from './rows/driver-row.ts';
export { standingOf } from './statements/bump-drivers.ts';
export { claimShards } from './statements/claim-shards.ts';
export { closeSession } from './statements/close-session.ts';
export { dueOffers } from './statements/due-offers.ts';
export { dueSearches } from './statements/due-searches.ts';
export {
  makeHistoryPartitions,
  readPartitionFigures,
  type PartitionFigures,
} from './statements/history-partitions.ts';
export { insertQuote } from './statements/insert-quote.ts';
export { listTripsOfRider } from './statements/list-trips-of-rider.ts';
export { lockDrivers } from './statements/lock-drivers.ts';
export { lockShardEpochs, type LockedShard } from './statements/lock-shard-epochs.ts';
export { lockTrips } from './statements/lock-trips.ts';
export {
  changeMembers,
  joinMember,
  lockMember,
  readMembers,
  setMemberState,
  type MemberRow,
} from './statements/matchers.ts';
export { moveEndedTrips } from './statements/move-ended-trips.ts';
export { openSession } from './statements/open-session.ts';
export { openTrips } from './statements/open-trips.ts';
export {
  giveUpTerm,
  lockTerm,
  readPlanner,
  winTerm,
  type PlannerCandidate,
} from './statements/planner-term.ts';
export { purgeQuotes } from './statements/purge-quotes.ts';
export { purgeIdempotencyKeys } from './statements/purge-idempotency-keys.ts';
export { purgeShardChanges } from './statements/purge-shard-changes.ts';
export { raiseDrivers } from './statements/raise-drivers.ts';
export { raiseEpochs } from './statements/raise-epochs.ts';
export { raiseTerm } from './statements/raise-term.ts';
export { readChains, type StoredChain } from './statements/read-chains.ts';
export { readClaims, type ClaimRow } from './statements/read-claims.ts';
export { readDriver } from './statements/read-driver.ts';
export { readEvents, type StoredEvent } from './statements/read-events.ts';
export { EVENT_STREAM_LOCK, readOutbox } from './statements/read-outbox.ts';
export { readHistories, readTripIds, type History } from './statements/read-histories.ts';
export { readOutdatedDrivers } from './statements/read-outdated-drivers.ts';
export { readOwnership, type OwnershipTables } from './statements/read-ownership.ts';
export {
  readShardCounts,
  readShardPage,
  readShards,
  readShardsOf,
  readShardsOwnedBy,
} from './statements/read-shards.ts';
export { readTrip } from './statements/read-trip.ts';
export { removeOutbox } from './statements/remove-outbox.ts';
export { takeDueOutbox, type OutboxEntry } from './statements/take-due-outbox.ts';
export { readDeadLetters, reviveDeadLetters, type DeadDelivery } from './statements/webhooks/dead-letters.ts';
export {
  settleDeliveries,
  takeDueDeliveries,
  type DeliveryWish,
  type TakenDelivery,
} from './statements/webhooks/deliveries.ts';
export { takeInTripEvents, type TripProgress } from './statements/webhooks/take-in-events.ts';
export { purgeWebhookLanes, suspendOverfull } from './statements/webhooks/tidy-webhooks.ts';
export {
  deleteWebhookRow,
  insertWebhook,
  readWebhooks,
  type WebhookRow,
} from './statements/webhooks/webhooks.ts';
export type { WrittenChange } from './written-change.ts';
export { TripStore, type Committed } from './trip-store.ts';
export type { Outcome, SharedWork } from './share-transaction.ts';
export { SharedTransaction, type Actor, type ChangedTrip, type DecidedTrip } from './shared-transaction.ts';
export { TripTransaction } from './trip-transaction.ts';
