export { testDatabase, type TestDatabase } from './database.ts';
export { testNats, type TestNats } from './nats.ts';
export {
  LISBON_CENTRE,
  startServices,
  type TestService,
  type TestWorld,
  type WorldOptions,
} from './services.ts';
