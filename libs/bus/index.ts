export { BUS, BusModule } from './bus.module.ts';
export { CommandClient } from './command-client.ts';
export { HandleCommand, type ReportsFailures } from './command-handler.ts';
export { followCommandPlaces } from './share-places.ts';
export { commandTransport, connectBus, openConnection } from './connect.ts';
export {
  publishJson,
  requestAllJson,
  requestJson,
  serveJson,
  subscribeJson,
  subscribe,
} from './json-messages.ts';
export { logDropped, type DroppedMessage } from './log-dropped.ts';
