/** NATS subjects. Commands carry theirs in `commands/`; these are the streams, pushes and per-instance addresses. */

/** Binary position batches of one res-7 cell (see position-batch.ts). */
export const positionSubject = (cell: string): string => `pos.${cell}`;

/** Committed changes for the rider of a trip (JSON `TripChange`). */
export const riderPushSubject = (riderId: string): string => `push.rider.${riderId}`;

/** Committed changes for a driver: of a trip that it has, had, or is offered (JSON `TripChange`). */
export const driverPushSubject = (driverId: string): string => `push.driver.${driverId}`;

/** Every committed change of a trip, stored in a JetStream stream (JSON `TripChange`, in the order of seq). */
export const tripEventsSubject = (tripId: string): string => `trips.events.${tripId}`;

/** Positions of the driver of one trip, for its rider only, and kept in a JetStream stream for operators (JSON `TrackedPosition`). */
export const trackSubject = (tripId: string): string => `track.${tripId}`;

/** Shard map changes (JSON `ShardMapMessage`); a hint, the shard table is authoritative. */
export const SHARD_MAP_SUBJECT = 'shardmap';

/** Asks every driver-api to republish the last positions it holds in some cells (JSON `ResendRequest`). */
export const POSITIONS_RESEND_SUBJECT = 'positions.resend';

/** A nudge to the owner of a shard: its open demand has changed (request/reply, `DemandNudge`). */
export const demandSubject = (matcher: string): string => `matcher.${matcher}.demand`;

/** Asks the owner of a shard how far its nearest free driver is (request/reply, `PickupEtaRequest`). */
export const pickupEtaSubject = (matcher: string): string => `matcher.${matcher}.pickup_eta`;

/** Asks the owner of a shard how far one driver is from a pickup (request/reply, `DriverEtaRequest`). Not for rider-api: it would locate the driver. */
export const driverEtaSubject = (matcher: string): string => `matcher.${matcher}.driver_eta`;

/** Redeems a rider's stream ticket at the rider-api that issued it (request/reply). */
export const riderTicketSubject = (instance: string): string => `ticket.rider.${instance}`;

/** Redeems a driver's stream ticket at the driver-api that issued it (request/reply). */
export const driverTicketSubject = (instance: string): string => `ticket.driver.${instance}`;

/** Redeems an operator's stream ticket at the `trips` that issued it (request/reply). */
export const operatorTicketSubject = (instance: string): string => `ticket.operator.${instance}`;

/** Between driver-api instances: a driver is served here now (JSON `DriverAttended`). */
export const DRIVER_ATTENDED_SUBJECT = 'drivers.attended';

/**
 * To driver-api instances: a driver's record was changed by an operator, or through an instance that does not serve the
 * driver (JSON `DriverChanged`).
 */
export const DRIVER_CHANGED_SUBJECT = 'drivers.changed';

/** Asks every driver-api whether it serves drivers whom the sender no longer reaches (`WhereaboutsRequest`). */
export const DRIVER_WHEREABOUTS_SUBJECT = 'drivers.whereabouts';

/** Asks every driver-api for the last position of a driver whom it served before (`DriverTrackRequest`). */
export const DRIVER_TRACK_SUBJECT = 'drivers.track';

/** `trips` asks every driver-api when it last heard the drivers of some trips (`DriverHeardRequest`). */
export const DRIVER_HEARD_SUBJECT = 'drivers.heard';

/** Repositioning hints for idle drivers, from matchers to every driver-api (JSON `DriverHints`). */
export const DRIVER_HINTS_SUBJECT = 'drivers.hints';

/** Heartbeat of every matcher to the planners (JSON `MatcherHeartbeat`). */
export const HEARTBEAT_SUBJECT = 'matchers.heartbeat';

/** Wakes the planner: a matcher joined, left, or should be drained (empty); a hint, the table is authoritative. */
export const PLANNER_WAKE_SUBJECT = 'planner.wake';

/** Asks a matcher whose heartbeats stopped whether it is alive (request/reply). */
export const probeSubject = (matcher: string): string => `matcher.${matcher}.probe`;

/** Asks the next owner of some shards to prepare for them (request/reply, `PrepareShards`). */
export const prepareSubject = (matcher: string): string => `matcher.${matcher}.prepare`;

/** Asks the current owner of some shards to stop matching them (request/reply, `DrainShards`). */
export const drainSubject = (matcher: string): string => `matcher.${matcher}.drain`;

/** Asks every matcher why it decided as it did about a trip (request/reply, `ExplainRequest`). */
export const EXPLAIN_SUBJECT = 'matchers.explain';

/** Asks every matcher in which rounds it weighed a driver (request/reply, `ExplainDriverRequest`). */
export const EXPLAIN_DRIVER_SUBJECT = 'matchers.explain_driver';

/** Asks every matcher how many requests it expects where, and what drivers' time costs (request/reply, `OutlookReply`). */
export const OUTLOOK_SUBJECT = 'matchers.outlook';

/** Probes for a webhooks process (empty request/reply). Without one, NATS answers "no responders" immediately. */
export const WEBHOOKS_PROBE_SUBJECT = 'webhooks.probe';
