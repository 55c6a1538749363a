import replyFrom from '@fastify/reply-from';
import { All, Controller, Inject, Req, Res } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HailgridError, toProblem } from '#libs/contracts';
import { CONFIG } from '#libs/service';
import type { ConsoleConfig } from '../config.ts';
import { requireSamePage } from '../signin/same-page.ts';
import { Sessions } from '../signin/sessions.ts';

/** Where the page finds the operators' API: `/v1/console/ops/v1/shards` is `/v1/shards` there. */
const PREFIX = '/v1/console/ops';
/** How long `trips` may take to answer. */
const UPSTREAM_TIMEOUT_MS = 15_000;
/** What the page may say to the operators' API beside its token. */
const PASSED_HEADERS = ['content-type', 'idempotency-key', 'if-match', 'if-none-match', 'accept'];

/**
 * Passes calls on to the operators' API with the token of the person who is signed in. Decides nothing: roles and scopes are
 * checked there.
 */
@Controller()
export class OperatorsApiController {
  constructor(
    private readonly sessions: Sessions,
    @Inject(CONFIG) { operatorsUrl }: ConsoleConfig,
    host: HttpAdapterHost<FastifyAdapter>,
  ) {
    void host.httpAdapter.getInstance().register(replyFrom, {
      base: operatorsUrl,
      undici: { bodyTimeout: UPSTREAM_TIMEOUT_MS, headersTimeout: UPSTREAM_TIMEOUT_MS },
    });
  }

  @All(`${PREFIX}/*`)
  async pass(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if (request.method !== 'GET') requireSamePage(request);
    const { accessToken } = await this.sessions.of(request, 'console', reply);
    const path = request.url.slice(PREFIX.length);
    if (!path.startsWith('/v1/')) throw new HailgridError('not_found', `${path} is no path of an API`);
    await reply.from(path, {
      rewriteRequestHeaders: (_, headers) => ({
        ...Object.fromEntries(
          PASSED_HEADERS.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])),
        ),
        authorization: `Bearer ${accessToken}`,
        'x-request-id': request.id,
      }),
      onError: (failed, { error }) => {
        const problem = new HailgridError('unavailable', 'trips does not answer', { cause: error });
        void failed
          .status(problem.status)
          .header('content-type', 'application/problem+json')
          .send(JSON.stringify(toProblem(problem, request.id)));
      },
    });
  }
}
