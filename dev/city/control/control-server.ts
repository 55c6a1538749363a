import { randomBytes, timingSafeEqual } from 'node:crypto';
import fastify, { type FastifyRequest } from 'fastify';
import { z } from 'zod';
import {
  asHailgridError,
  CITY_CONTROL_PATHS,
  cityAct,
  cityActRequest,
  HailgridError,
  instanceName,
  parseOrThrow,
  toProblem,
} from '#libs/contracts';
import { LOOPBACK } from '../../network/free-port.ts';
import type { CityControl } from './city-control.ts';

/** The largest request body; an act has hardly any. */
const MAX_BODY_BYTES = 4_096;
/** The secret of the bearer token, which is made for each run. */
const TOKEN_BYTES = 32;

const actParams = z.object({ name: instanceName, act: cityAct });

/** Where the control of this run is found, and the token that it asks for. */
export interface ControlAddress {
  readonly url: string;
  readonly token: string;
}

export interface ControlServer {
  readonly address: ControlAddress;
  close(): Promise<void>;
}

/** Serves the control on loopback, on any free port. */
export async function serveControl(control: CityControl): Promise<ControlServer> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const server = fastify({ bodyLimit: MAX_BODY_BYTES, forceCloseConnections: true });
  server.addHook('onRequest', (request, _reply, done) =>
    done(isAllowed(request, token) ? undefined : stranger()),
  );
  server.setNotFoundHandler(() => {
    throw new HailgridError('not_found', 'no such path');
  });
  server.setErrorHandler((thrown, _request, reply) => {
    const error = isBadRequest(thrown)
      ? new HailgridError('invalid_request', String(thrown))
      : asHailgridError(thrown);
    return reply.code(error.status).type('application/problem+json').send(toProblem(error));
  });
  server.get(CITY_CONTROL_PATHS.processes, () => ({ data: control.processes() }));
  server.get(CITY_CONTROL_PATHS.faults, () => ({ data: control.faults }));
  server.post(`${CITY_CONTROL_PATHS.processes}/:name/:act`, (request) => {
    const { name, act } = parseOrThrow(actParams, request.params, 'path');
    const { by } = parseOrThrow(cityActRequest, request.body ?? {}, 'body');
    return control.act(name, act, by ?? null);
  });
  const url = await server.listen({ host: LOOPBACK, port: 0 });
  return { address: { url, token }, close: () => server.close() };
}

function isAllowed({ headers }: FastifyRequest, token: string): boolean {
  const given = Buffer.from(headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function stranger(): HailgridError {
  return new HailgridError('unauthenticated', 'a request to the control without its token');
}

/** Of fastify itself: a body that is too large or no JSON. */
function isBadRequest(thrown: unknown): boolean {
  if (thrown instanceof HailgridError || !(thrown instanceof Error)) return false;
  const { statusCode } = thrown as { statusCode?: number };
  return statusCode !== undefined && statusCode >= 400 && statusCode < 500;
}
