import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import {
  CITY_CONTROL_PATHS,
  cityActReply,
  cityFaults,
  cityProcesses,
  ERRORS,
  HailgridError,
  type CityAct,
  type CityActReply,
  type CityFault,
  type CityProcess,
  type ErrorCode,
} from '#libs/contracts';
import { CONFIG } from '#libs/service';
import type { ConsoleConfig } from '../config.ts';

/** How long the control may take; an act on Postgres waits for its process. */
const CONTROL_TIMEOUT_MS = 10_000;

/** Calls the control of the city that `npm start` runs. In any other deployment there is none: `not_found`. */
@Injectable()
export class CityControlClient {
  constructor(@Inject(CONFIG) private readonly config: ConsoleConfig) {}

  get exists(): boolean {
    return this.config.cityControlUrl !== undefined;
  }

  async processes(): Promise<CityProcess[]> {
    return (await this.#call('GET', CITY_CONTROL_PATHS.processes, cityProcesses)).data;
  }

  async faults(): Promise<CityFault[]> {
    return (await this.#call('GET', CITY_CONTROL_PATHS.faults, cityFaults)).data;
  }

  act(name: string, act: CityAct, by: string): Promise<CityActReply> {
    return this.#call('POST', `${CITY_CONTROL_PATHS.processes}/${name}/${act}`, cityActReply, { by });
  }

  async #call<T>(method: 'GET' | 'POST', path: string, reply: z.ZodType<T>, body?: object): Promise<T> {
    const { cityControlUrl, cityControlToken } = this.config;
    if (cityControlUrl === undefined) throw new HailgridError('not_found', 'this city has no control');
    const answer = await fetch(new URL(path, cityControlUrl), {
      method,
      headers: {
        authorization: `Bearer ${cityControlToken ?? ''}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(CONTROL_TIMEOUT_MS),
    }).catch((error: unknown) => {
      throw new HailgridError('unavailable', 'the control of the city does not answer', { cause: error });
    });
    const given: unknown = await answer.json().catch(() => undefined);
    if (!answer.ok) throw refusal(given);
    return reply.parse(given);
  }
}

/** The control refuses in the errors of the registry; another answer is none of its own. */
function refusal(problem: unknown): HailgridError {
  const { code, detail } = (problem ?? {}) as { code?: unknown; detail?: unknown };
  const isKnown = typeof code === 'string' && code in ERRORS && code !== 'unauthenticated';
  return new HailgridError(
    isKnown ? (code as ErrorCode) : 'unavailable',
    `the control refuses: ${String(detail)}`,
  );
}
