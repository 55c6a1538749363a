export { BUS, BusModule } from './bus.module.ts';
export { requirePresence, type PresenceCheck } from './check-presence.ts';
export { CommandClient } from './command-client.ts';
export { HandleCommand, type ReportsFailures } from './command-handler.ts';
export { identitiesOverBus } from './identities-over-bus.ts';
export { followCommandPlaces } from './share-places.ts';
export { busAccessOf, commandTransport } from './command-transport.ts';
export { connectBus, openConnection, type BusAccess } from '#libs/nats';
export {
  publishJson,
  requestAllJson,
  requestJson,
  respondJson,
  serveJson,
  subscribeJson,
  subscribe,
} from './json-messages.ts';
export { logDropped, type DroppedMessage } from './log-dropped.ts';
