export { ClusterWatch } from './postgres/cluster-watch.ts';
export { Database, type Queryable } from './postgres/database.ts';
export { findPrimary } from './postgres/find-primary.ts';
export { OutcomeUnknown } from './postgres/outage.ts';
export { urlNowFrom, type UrlNow } from './postgres/url-now.ts';
export { StandbyReads, type ReadFrom, type ReadKind } from './postgres/standby-reads.ts';
export {
  noteLongSearches,
  noteLongWaits,
  acknowledgeAttention,
  countOpenAttention,
  numberAttention,
  purgeAttention,
  readAttention,
  readAttentionHead,
  readAttentionRange,
} from './statements/attention.ts';
export { readClaims, type ClaimRow } from './statements/claims.ts';
export { endOfNewestRides, readCompletedRides, type CompletedRideRow } from './statements/completed-rides.ts';
export { findDrivers, MAX_DRIVERS_LOOKED_AT, type FoundDriver } from './statements/find-drivers.ts';
export { findTrips, MAX_TRIPS_LOOKED_AT } from './statements/find-trips.ts';
export { noteHeard, readSilentDrivers, type HeardDriver, type SilentDriver } from './statements/heard.ts';
export {
  type DriverRow,
  standingOf,
  closeSession,
  lockDrivers,
  openSession,
  raiseDrivers,
  readDriver,
  readOutdatedDrivers,
} from './statements/drivers.ts';
export {
  readChains,
  type StoredChain,
  readEvents,
  type StoredEvent,
  readHistories,
  readTripIds,
  type History,
} from './statements/events.ts';
export { purgeIdempotencyKeys } from './statements/idempotency-keys.ts';
export {
  changeMembers,
  joinMember,
  lockMember,
  readMembers,
  setMemberState,
  type MemberRow,
} from './statements/matchers.ts';
export { dueOffers, extendDelivery, findUndelivered, markDelivered } from './statements/offers.ts';
export {
  EVENT_STREAM_LOCK,
  measureOutbox,
  readOutbox,
  removeOutbox,
  takeDueOutbox,
  type OutboxEntry,
} from './statements/outbox.ts';
export { readReplication } from './statements/replication.ts';
export { appendAct, readActs, readAuditEnd } from './statements/operator-audit.ts';
export {
  giveUpTerm,
  lockTerm,
  readPlanner,
  winTerm,
  type PlannerCandidate,
  raiseTerm,
} from './statements/planner-term.ts';
export { makeIdentity, readIdentity, type Person } from './statements/identities.ts';
export { insertQuote, purgeQuotes } from './statements/quotes.ts';
export { addSuspicions, purgeSuspicions, readSuspicions } from './statements/suspicions.ts';
export {
  claimShards,
  lockShardEpochs,
  type LockedShard,
  purgeShardChanges,
  raiseEpochs,
  readOwnership,
  type OwnershipTables,
  readShardCounts,
  readShardPage,
  readShards,
  readShardsOf,
  readShardsOwnedBy,
} from './statements/shards.ts';
export {
  makeHistoryPartitions,
  readPartitionFigures,
  type PartitionFigures,
  moveEndedTrips,
} from './statements/trip-history.ts';
export {
  DEFAULT_MAX_OPEN_TRIPS,
  MAX_OPEN_TRIPS,
  readSlotDisagreements,
  type SlotDisagreement,
} from './statements/trip-slots.ts';
export { dueSearches, listTripsOfRider, lockTrips, openTrips, readTrip } from './statements/trips.ts';
export {
  expireWebhookSecrets,
  forgetPlainSecrets,
  insertWebhookSecret,
  lockPlainSecrets,
  purgeWebhookSecrets,
  type SealedSecret,
} from './statements/webhooks/secrets.ts';
export { readDeadLetters, reviveDeadLetters, type DeadDelivery } from './statements/webhooks/dead-letters.ts';
export {
  settleDeliveries,
  takeDueDeliveries,
  type DeliveryWish,
  type TakenDelivery,
} from './statements/webhooks/deliveries.ts';
export { catchUpWebhook } from './statements/webhooks/catch-up.ts';
export type { SuspendedWebhook } from './statements/webhooks/note-answers.ts';
export { takeInTripEvents, type TripProgress } from './statements/webhooks/take-in-events.ts';
export {
  purgeWebhookLanes,
  suspendOverfull,
  deleteWebhookRow,
  hasWebhooks,
  insertWebhook,
  readWebhooks,
  type WebhookRow,
} from './statements/webhooks/webhooks.ts';
export { foldEvents, tripChangeOf } from './trip-change.ts';
export { sha256Hex, type WrittenChange } from './written-change.ts';
export {
  CommandTransaction,
  TripTransaction,
  type ChangedTrip,
  type DecidedTrip,
} from './commit/command-transaction.ts';
export { TripStore } from './trip-store.ts';
