export { BUILT_IN_AREA } from '../city/city-data.ts';
export { testDatabase, type TestDatabase } from './database.ts';
export { fetchedOrReason } from './fetched.ts';
export { testNats, type TestNats } from './nats.ts';
export {
  REAL_EVIDENCE,
  startServices,
  type TestService,
  type TestWorld,
  type WorldOptions,
} from './services.ts';
