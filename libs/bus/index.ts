export { BUS, BusModule } from './bus.module.ts';
export { CommandClient } from './command-client.ts';
export { HandleCommand, type ReportsFailures } from './command-handler.ts';
export { commandTransport, connectBus } from './connect.ts';
export { publishJson, requestAllJson, requestJson, serveJson, subscribeJson } from './json-messages.ts';
export { logDropped, type DroppedMessage } from './log-dropped.ts';
export { openConnection } from './open-connection.ts';
export { subscribe } from './subscribe.ts';
