import { z } from 'zod';
import { commaList } from '../config-values.ts';

/** Requests of one address by default. A carrier puts thousands of phones behind one address. */
const DEFAULT_ADDRESS_REQUESTS_PER_MIN = 12_000;
/** Refused tokens and tickets of one address by default, whose signatures cost time to check. */
const DEFAULT_ADDRESS_REFUSALS_PER_MIN = 600;
/** Requests of one rider, driver or operator by default. An app that polls asks once a second. */
const DEFAULT_CALLER_REQUESTS_PER_MIN = 600;
/** Quotes of one rider by default: a rider who moves the pin gets one each second. */
const DEFAULT_CALLER_QUOTES_PER_MIN = 60;
/** Cancellations of one rider by default. */
const DEFAULT_CALLER_CANCELS_PER_MIN = 20;
/** Stream tickets of one caller by default: a phone that loses its network every two seconds. */
const DEFAULT_CALLER_TICKETS_PER_MIN = 30;
/** How long a request may take to arrive as a whole by default. */
const DEFAULT_REQUEST_TIMEOUT_MS = 15_000;
/** How long a connection may be without traffic by default. No answer takes that long, and a WebSocket is not bound by it. */
const DEFAULT_IDLE_CONNECTION_MS = 30_000;
/** Open connections of a process by default: the sockets of all its callers, and room for requests. */
const DEFAULT_MAX_CONNECTIONS = 25_000;
/** Open connections of one address by default. */
const DEFAULT_MAX_ADDRESS_CONNECTIONS = 5_000;
/** Mean delay of the event loop above which requests are refused by default. */
const DEFAULT_MAX_EVENT_LOOP_DELAY_MS = 1_000;

const perMinute = (byDefault: number, what: string) =>
  z.coerce.number().int().min(1).default(byDefault).describe(`${what} per minute and process; more get 429`);

/** Settings of the HTTP edge of a service. */
export const edgeConfig = {
  opsPort: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .describe(
      'port for /metrics and health alone, on the same address; 0: any free port. In production mode /metrics is on no other',
    ),
  trustedProxies: commaList
    .optional()
    .describe(
      'addresses and networks (CIDR) of the proxies whose X-Forwarded-For names the caller; unset: the peer is the caller',
    ),
  corsOrigins: commaList.optional().describe('origins whose pages may call this API; unset: none'),
  addressRequestsPerMin: perMinute(DEFAULT_ADDRESS_REQUESTS_PER_MIN, 'requests of one address'),
  addressRefusalsPerMin: perMinute(
    DEFAULT_ADDRESS_REFUSALS_PER_MIN,
    'refused tokens and tickets of one address',
  ),
  callerRequestsPerMin: perMinute(DEFAULT_CALLER_REQUESTS_PER_MIN, 'requests of one caller'),
  callerQuotesPerMin: perMinute(DEFAULT_CALLER_QUOTES_PER_MIN, 'quotes of one caller'),
  callerCancelsPerMin: perMinute(DEFAULT_CALLER_CANCELS_PER_MIN, 'cancellations of one caller'),
  callerTicketsPerMin: perMinute(DEFAULT_CALLER_TICKETS_PER_MIN, 'stream tickets of one caller'),
  requestTimeoutMs: z.coerce
    .number()
    .int()
    .min(100)
    .default(DEFAULT_REQUEST_TIMEOUT_MS)
    .describe('how long a request may take to arrive, headers and body; a slower one gets 408'),
  idleConnectionMs: z.coerce
    .number()
    .int()
    .min(100)
    .default(DEFAULT_IDLE_CONNECTION_MS)
    .describe(
      'how long an HTTP connection may be without traffic, such as that of a client that reads no answer',
    ),
  maxConnections: z.coerce
    .number()
    .int()
    .min(1)
    .default(DEFAULT_MAX_CONNECTIONS)
    .describe('open connections of the process; further ones are closed at once'),
  maxAddressConnections: z.coerce
    .number()
    .int()
    .min(1)
    .default(DEFAULT_MAX_ADDRESS_CONNECTIONS)
    .describe('open connections of one address that is no trusted proxy; further ones are closed at once'),
  maxEventLoopDelayMs: z.coerce
    .number()
    .int()
    .min(0)
    .default(DEFAULT_MAX_EVENT_LOOP_DELAY_MS)
    .describe('mean delay of the event loop within a second above which requests get 503; 0: no limit'),
  drainDelayMs: z.coerce
    .number()
    .int()
    .min(0)
    .max(60_000)
    .default(0)
    .describe(
      'how long a process keeps serving after SIGTERM while /health/ready says 503; 5000 lets load balancers notice',
    ),
};
export type EdgeConfig = z.infer<z.ZodObject<typeof edgeConfig>>;
