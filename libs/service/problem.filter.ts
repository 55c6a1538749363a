import { STATUS_CODES as REASON_PHRASES } from 'node:http';
import type { Duplex } from 'node:stream';
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { asHailgridError, HailgridError, toProblem, type ErrorCode } from '#libs/contracts';
import type { Logger } from './logger.ts';

/** Error codes of requests that Fastify refuses before a handler runs. */
const FASTIFY_CODES: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed_json',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid_request',
  FST_ERR_BAD_URL: 'invalid_request',
  FST_ERR_MAX_PARAM_LENGTH: 'invalid_request',
};

const STATUS_CODES: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid_request',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  429: 'rate_limited',
  503: 'unavailable',
};

/** Refusals with a 5xx status that are no faults; under load there are many of them. */
const EXPECTED: ReadonlySet<ErrorCode> = new Set(['shutting_down', 'overloaded']);

/** Converts anything thrown while a request is handled to a HailgridError. */
export function classify(thrown: unknown): HailgridError {
  if (thrown instanceof HailgridError) return thrown;
  const code = codeOf(thrown);
  if (code === undefined || !(thrown instanceof Error)) return asHailgridError(thrown);
  return new HailgridError(code, thrown.message, { cause: thrown });
}

/** Nest wraps Fastify's errors; the cause is more precise than the wrapper's status. */
function codeOf(thrown: unknown): ErrorCode | undefined {
  if (thrown instanceof HttpException) return codeOf(thrown.cause) ?? STATUS_CODES[thrown.getStatus()];
  if (!(thrown instanceof Error)) return undefined;
  if ('code' in thrown && typeof thrown.code === 'string') return FASTIFY_CODES[thrown.code];
  // The JSON parser throws this on a key such as `__proto__`.
  const fromParser = thrown instanceof SyntaxError && 'statusCode' in thrown && thrown.statusCode === 400;
  return fromParser ? 'malformed_json' : undefined;
}

/** The only place where an error becomes an HTTP response. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const known = request.is404 ? allowedMethods(request) : [];
    if (known.length > 0) void reply.header('allow', known.join(', '));
    const error = known.length > 0 ? wrongMethod(request.method) : orHungUp(classify(thrown), request);
    sendProblem(error, request, reply, this.#logger);
  }
}

/** A client that hangs up in the middle of a body makes reading it fail: its doing, not ours. */
function orHungUp(error: HailgridError, { raw }: FastifyRequest): HailgridError {
  if (!raw.destroyed || raw.complete) return error;
  return new HailgridError('invalid_request', 'the client hung up', { cause: error });
}

function wrongMethod(method: string): HailgridError {
  return new HailgridError('method_not_allowed', `no ${method} at this address`);
}

export function sendProblem(
  error: HailgridError,
  request: FastifyRequest,
  reply: FastifyReply,
  logger: Logger,
): void {
  const line = {
    event: 'request_refused',
    code: error.code,
    request_id: request.id,
    method: request.method,
    path: request.routeOptions.url,
  };
  if (error.status >= 500 && !EXPECTED.has(error.code)) logger.error({ ...line, err: error }, error.message);
  else logger.debug(line, error.message);
  const body = toProblem(error, request.id);
  if (error.retryAfterS !== undefined) void reply.header('retry-after', String(error.retryAfterS));
  if (error.status === 401) void reply.header('www-authenticate', 'Bearer');
  if (error.code === 'insufficient_scope')
    void reply.header('www-authenticate', 'Bearer error="insufficient_scope"');
  void reply
    .status(error.status)
    .header('content-type', 'application/problem+json')
    .send(JSON.stringify(body));
}

/** The methods with a route at the request's address; empty if there is no route. */
export function allowedMethods({ server, url }: FastifyRequest): string[] {
  return server.supportedMethods.filter((method) => server.findRoute({ method, url }) !== null);
}

/** Answers with problem+json without a response object (an upgrade, unreadable HTTP) and closes the socket. */
export function refuseOnSocket(socket: Duplex, error: HailgridError, requestId: string): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify(toProblem(error, requestId));
  const headers = [
    `HTTP/1.1 ${error.status} ${REASON_PHRASES[error.status] ?? ''}`,
    'connection: close',
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    ...(error.retryAfterS === undefined ? [] : [`retry-after: ${error.retryAfterS}`]),
  ];
  socket.end(`${headers.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
