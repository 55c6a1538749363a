import { z } from 'zod';
import { instanceName } from '../shards.ts';
import { timestamp } from '../values.ts';

/**
 * The control of a city that `npm start` runs: development only, on loopback, with a token of the run. It is no part of
 * the public API, so it has no routes in {@link HTTP_ROUTES}.
 */
export const CITY_CONTROL_PATHS = {
  processes: '/v1/processes',
  faults: '/v1/faults',
} as const;

/** Variables by which a process of the city finds the control. */
export const CITY_CONTROL_URL_VARIABLE = 'HAILGRID_CITY_CONTROL_URL';
export const CITY_CONTROL_TOKEN_VARIABLE = 'HAILGRID_CITY_CONTROL_TOKEN';

export const cityProcessKind = z.enum([
  'matcher',
  'trips',
  'rider-api',
  'driver-api',
  'webhooks',
  'dev-issuer',
  'nats',
  'postgres',
]);
export type CityProcessKind = z.infer<typeof cityProcessKind>;

/** `kill`, `freeze` and `cut` break a process; `thaw` ends a freeze, `mend` a cut. */
export const cityAct = z.enum(['kill', 'freeze', 'thaw', 'cut', 'mend']);
export type CityAct = z.infer<typeof cityAct>;

/** `frozen`: it has all its connections, but does nothing. `cut`: it runs, but nothing passes between it and NATS. */
export const cityProcessState = z.enum(['running', 'frozen', 'cut', 'starting', 'dead']);
export type CityProcessState = z.infer<typeof cityProcessState>;

export const cityProcess = z.object({
  name: instanceName,
  kind: cityProcessKind,
  role: z.enum(['primary', 'standby']).optional().meta({ description: 'of a Postgres server' }),
  state: cityProcessState,
  pid: z.int().nullable().meta({ description: 'null: no process now' }),
  since: timestamp.meta({ description: 'start of the state' }),
  can: z.array(cityAct).meta({ description: 'what can be done to it now' }),
  metrics_url: z.string().optional(),
});
export type CityProcess = z.infer<typeof cityProcess>;

export const cityProcesses = z.object({ data: z.array(cityProcess) });

/** What follows a fault; each kind of process has its own ones. */
export const cityConsequenceKind = z
  .enum([
    'noticed',
    'reowned',
    'new_primary',
    'commits_again',
    'answers_again',
    'restarted',
    'thawed',
    'mended',
    'owns_again',
    'whole_again',
  ])
  .meta({
    description:
      'noticed: the system counts it as gone. reowned: others own all its shards. new_primary: Postgres has another ' +
      'primary. commits_again: a standby confirms commits again. answers_again: the first request was answered. ' +
      'owns_again: it owns shards again. whole_again: every standby follows the primary.',
  });
export type CityConsequenceKind = z.infer<typeof cityConsequenceKind>;

export const cityConsequence = z.object({
  what: cityConsequenceKind,
  text: z.string(),
  after_ms: z.int().min(0).nullable().meta({ description: 'since the fault; null: not seen (yet)' }),
});
export type CityConsequence = z.infer<typeof cityConsequence>;

export const cityFault = z.object({
  id: z.int().min(1),
  at: timestamp,
  act: z.enum(['kill', 'freeze', 'cut']),
  process: instanceName,
  kind: cityProcessKind,
  role: cityProcess.shape.role,
  by: z.string().nullable().meta({ description: 'who did it, as the request says' }),
  is_over: z.boolean().meta({ description: 'every consequence was seen, or is no longer waited for' }),
  consequences: z.array(cityConsequence),
});
export type CityFault = z.infer<typeof cityFault>;

/** Newest first. */
export const cityFaults = z.object({ data: z.array(cityFault) });

/** The longest name of who breaks something. */
const MAX_BY_LENGTH = 200;

export const cityActRequest = z.strictObject({ by: z.string().max(MAX_BY_LENGTH).optional() });

export const cityActReply = z.object({
  process: cityProcess,
  fault: cityFault.nullable().meta({ description: 'null: the act breaks nothing' }),
});
export type CityActReply = z.infer<typeof cityActReply>;
