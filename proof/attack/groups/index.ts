import type { AttackGroup } from '../options.ts';
import type { Attack } from '../runner/attack.ts';
import { BUS_LIES } from './bus-lies.ts';
import { BUS_COMMANDS } from './bus-commands.ts';
import { BUS_PERMISSIONS } from './bus-permissions.ts';
import { EVIDENCE } from './evidence.ts';
import { LIMITS } from './limits.ts';
import { OPERATORS } from './operators.ts';
import { OTHERS_THINGS } from './others-things.ts';
import { SLOW_CLIENTS } from './slow-clients.ts';
import { SMUGGLING } from './smuggling.ts';
import { STORE_LOGIN } from './store-login.ts';
import { SUPPLY } from './supply.ts';
import { TEXT } from './text.ts';
import { TICKETS_AND_SOCKETS } from './tickets-and-sockets.ts';
import { TOKENS } from './tokens.ts';
import { WEBHOOKS } from './webhooks.ts';

/** All attacks by group. */
export const GROUPS: Readonly<Record<AttackGroup, readonly Attack[]>> = {
  bus: [...BUS_PERMISSIONS, ...BUS_COMMANDS, ...BUS_LIES],
  tokens: [...TOKENS, ...TICKETS_AND_SOCKETS],
  people: [...OTHERS_THINGS, ...SMUGGLING],
  evidence: EVIDENCE,
  supply: SUPPLY,
  text: TEXT,
  webhooks: WEBHOOKS,
  operators: [...OPERATORS, ...STORE_LOGIN],
  limits: [...LIMITS, ...SLOW_CLIENTS],
};
