export { ApiDocumentsModule } from './api-documents.module.ts';
export {
  AskerOf,
  AuthenticationModule,
  CallerOf,
  ForRole,
  type Asker,
  type IdentitiesFactory,
} from './authentication.ts';
export { machineTime, systemClock, type Cancel, type Clock } from './clock.ts';
export {
  baseConfig,
  ConfigError,
  environmentName,
  flag,
  isSecret,
  readConfig,
  refuseUnsafe,
  rereadSecret,
  secret,
  serviceArea,
  type BaseConfig,
} from './config.ts';
export { commaList } from './config-values.ts';
export { createApp, RequestIdOf } from './create-app.ts';
export { CallLimits, CALL_LIMITS } from './edge/call-limits.ts';
export { Health } from './health.ts';
export { readIdempotencyKey, requireIdempotencyKey } from './idempotency-key.ts';
export { inParallel } from './in-parallel.ts';
export { createLogger, OutageLog, type Logger } from './logger.ts';
export { LATENCY_BUCKETS_S, Metrics } from './metrics.ts';
export { refuseOnSocket } from './problem.filter.ts';
export { etagOf, matchesEtag, requireMatch } from './etags.ts';
export { RepeatingTask } from './repeating-task.ts';
export { runService } from './run-service.ts';
export { serviceParts, CLOCK, CONFIG, HEALTH, LOGGER, METRICS, type ServiceParts } from './service-parts.ts';
export { Callers, type Caller, type Identities } from './tokens/callers.ts';
export type { Identity, IdentityLookup } from './tokens/identity-cache.ts';
export { onBehalfOf, presentToken } from './tokens/present-caller.ts';
export { tokenConfig, type TokenSettings } from './tokens/token-config.ts';
export { TokenVerifier, type AccessToken } from './tokens/token-verifier.ts';
export { VerifiedTokens } from './tokens/verified-tokens.ts';
