export {
  ActChainAudit,
  actHash,
  type ActFacts,
  type ActFault,
  type ActFinding,
  type FoundAct,
} from './act-chain.ts';
export { ATTENTION_KINDS, attentionOf, type AttentionKind } from './attention.ts';
export { actorOf, type TripActor } from './actors.ts';
export {
  auditChain,
  type ChainFault,
  type ChainFinding,
  type FoundChain,
  type FoundEvent,
} from './audit-chain.ts';
export { decide, type TripCommand } from './decide.ts';
export type { TripDecision, TripRefusal } from './decision.ts';
export {
  claimChangesOf,
  driverOfEvent,
  freedDriverOf,
  type DriverClaimChange,
  type TripEvent,
} from './events.ts';
export type { Evidence, EvidenceRules, KeptEvidence, Sighting, TripFlag } from './evidence.ts';
export { evolve } from './evolve.ts';
export { fareOf, type Fare, type Tariff } from './fares.ts';
export { chainHash, factsDigest, NO_HASH, type ChainedFacts, type Digest } from './hash-chain.ts';
export { driverIdOfRider } from './ids.ts';
export type {
  DriverId,
  Id,
  IdPrefix,
  OfferId,
  OperatorId,
  QuoteId,
  RiderId,
  TripId,
  WebhookId,
} from './ids.ts';
export type { OperatorCommand } from './operate.ts';
export type { OperatorAct } from './operator-act.ts';
export { FIRST_PAUSE_MS, MAX_PAUSE_MS, pauseAfterMs, pausedDriverIds } from './pauses.ts';
export { LOST_CONTACT, silenceLimitMs, type SilenceLimits } from './silence.ts';
export {
  hasDriver,
  isTerminal,
  TRIP_EVENT_TYPES,
  TRIP_STATES,
  type TripEventType,
  type TripState,
} from './states.ts';
export { TRIP_TRANSITIONS, type TripCommandType, type TripOutcome } from './transitions.ts';
export type {
  AskPause,
  DistanceSource,
  AssignedDriver,
  OpenOffer,
  Place,
  Trip,
  TripAttention,
  TripRequest,
  TripVehicle,
} from './trip.ts';
