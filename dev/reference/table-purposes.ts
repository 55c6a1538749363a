/** Purpose of each table and view, which the catalog does not have. The generator fails for a table without one. */
export const TABLE_PURPOSES: Readonly<Record<string, string>> = {
  any_trip: 'Trips under way and ended trips together.',
  attention:
    'What operators should look at, written in the transaction that causes it and numbered after its commit; kept for a week.',
  attention_head: 'One row: the highest number in `attention` so far.',
  driver: 'A driver: session, product, vehicle, and the version that orders the changes of its status.',
  identity: 'People as the issuers of tokens name them, with the UUID of their ids in every role.',
  driver_suspicion: 'Drivers whose positions look made up, by ten minutes; for operators, for a week.',
  trip_slot: 'Which trips of a rider are open; the key bounds how many.',
  driver_claim:
    'What binds a driver: an offer, with its expiry, then the trip. The key is the driver and the trip is unique, so nobody is assigned twice.',
  history_partition:
    'The existing partitions of `trip_history` and `trip_event`, with the range of trip ids of each.',
  idempotency_key:
    'An idempotency key with the digest of its request and its answer. Written in the same transaction as the change.',
  matcher:
    'A matcher instance that has joined and not left: its incarnation, and whether it is active, drained, leaving or lost.',
  migration: 'The migrations that were applied.',
  operator_audit:
    'An act of an operator, or a look at histories of people: who, what, on what, why, and the hash of all before it. A trigger refuses update and delete.',
  operator_audit_head:
    'One row: number and hash of the newest row of `operator_audit`, so that a cut-off end shows.',
  outbox: 'A committed change that is not yet known to be both pushed and stored in the event stream.',
  planner: 'One row: which process plans, under which term, until when. A trigger refuses a lower term.',
  quote: 'A price that holds until it expires.',
  shard:
    'Owner and epoch of an H3 cell, live or retired. A trigger refuses a lower epoch, or another owner at the same epoch.',
  shard_change: 'Every epoch that a shard came to, with its place in the log; kept for a week.',
  trip: 'A trip under way as it is now, or one that ended recently. One trip per quote.',
  trip_event:
    'One change of a trip, with the hash of the history up to it. Folded in order, the events of a trip give the trip. A trigger refuses update and delete.',
  trip_history: 'An ended trip as it was at its end. A trigger refuses update and delete.',
  webhook: 'An address that receives events, and the events it wants.',
  webhook_delivery: 'An event that a webhook has yet to receive, or a dead letter.',
  webhook_secret: 'A secret that signs the messages to a webhook, sealed for `webhooks`.',
  webhook_lane: 'How far the events of a trip have been taken in for a webhook.',
};
