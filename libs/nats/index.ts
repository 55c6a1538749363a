export { BusAccessError } from './bus-access-error.ts';
export type { BusAccess } from './bus-access.ts';
export { BusRefusedError } from './bus-refused.ts';
export { connectBus, connectionOptions, openConnection } from './connect-bus.ts';
export {
  inboxPrefixOf,
  isInbox,
  permissionsOf,
  renderAuthorization,
  type BusPermissions,
  type PublicKeys,
} from './permissions.ts';
