import { Controller, Get, Inject, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { HailgridError } from '#libs/contracts';
import { CONFIG, LOGGER, type Logger } from '#libs/service';
import type { ConsoleConfig } from '../config.ts';
import { OpenIdProvider, type Tokens } from './open-id-provider.ts';
import { ownAddress } from './own-address.ts';
import { requireSamePage } from './same-page.ts';
import { SealedCookies } from './sealed-cookies.ts';
import { Sessions } from './sessions.ts';
import type { SessionAnswer } from '../protocol/session.ts';
import { ROLE_OF_APP, signedInApp, type SignedInApp } from './signed-in-app.ts';

/** How long a person may take at the provider's page. */
const SIGN_IN_LIMIT_S = 10 * 60;
const AUTH_PATH = '/auth';
/** Where a browser goes whose sign-in did not succeed. */
const REFUSED_PAGE = '/sign-in?refused=1';

/** A path of this page, and nothing that a browser takes for another site: `//host`, `/\host`. */
const returnPath = z
  .string()
  .max(2_000)
  .regex(/^\/(?![/\\])[\x21-\x7e]*$/)
  .default('/');

const loginQuery = z.object({ app: signedInApp.default('console'), return: returnPath });
const appQuery = z.object({ app: signedInApp.default('console') });

const pendingSignIn = z.object({
  app: signedInApp,
  return: returnPath,
  verifier: z.string(),
  state: z.string(),
  nonce: z.string(),
  startedAtMs: z.number(),
});

/** Sign-in and sign-out of the page, and who is signed in. */
@Controller()
export class SignInController {
  constructor(
    private readonly provider: OpenIdProvider,
    private readonly sessions: Sessions,
    private readonly cookies: SealedCookies,
    @Inject(CONFIG) private readonly config: ConsoleConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Get('/auth/login')
  async login(
    @Query({ schema: loginQuery }) { app, return: back }: z.output<typeof loginQuery>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { url, checks } = await this.provider.signIn(this.#callbackOf(request), ROLE_OF_APP[app]);
    const pending = { app, return: back, ...checks, startedAtMs: Date.now() };
    await this.cookies.set(reply, pendingCookie(checks.state), pending, {
      path: AUTH_PATH,
      maxAgeS: SIGN_IN_LIMIT_S,
    });
    void reply.redirect(url.href, 303);
  }

  @Get('/auth/callback')
  async callback(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    try {
      const { app, tokens, back } = await this.#signedIn(request, reply);
      await this.sessions.open(reply, app, tokens);
      void reply.redirect(back, 303);
    } catch (error) {
      if (!(error instanceof HailgridError) || error.status !== 401) throw error;
      this.logger.info({ event: 'sign_in_refused', request_id: request.id, err: error }, error.message);
      // A person looks at the answer: the page says it.
      void reply.redirect(REFUSED_PAGE, 303);
    }
  }

  /** The tokens that the provider gives for the sign-in of this browser. Throws `unauthenticated`. */
  async #signedIn(
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<{ app: SignedInApp; tokens: Tokens; back: string }> {
    const callback = new URL(request.url, this.#callbackOf(request));
    const name = pendingCookie(callback.searchParams.get('state') ?? '');
    const pending = await this.cookies.read(request, name, pendingSignIn);
    if (pending === undefined || pending.startedAtMs + SIGN_IN_LIMIT_S * 1_000 < Date.now())
      throw new HailgridError('unauthenticated', 'this browser began no such sign-in, or too long ago');
    this.cookies.clear(reply, name, AUTH_PATH);
    return {
      app: pending.app,
      tokens: await this.provider.exchange(callback, pending),
      back: pending.return,
    };
  }

  @Post('/auth/logout')
  async logout(
    @Query({ schema: appQuery }) { app }: z.output<typeof appQuery>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ continue_at: string | null }> {
    requireSamePage(request);
    return { continue_at: (await this.sessions.close(request, reply, app)) ?? null };
  }

  /** Who is signed in to a part of the page. Nobody is no error: the page then offers to sign in. */
  @Get('/v1/console/session')
  async session(
    @Query({ schema: appQuery }) { app }: z.output<typeof appQuery>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionAnswer> {
    try {
      const { subject, role, scopes, expiresAtMs } = await this.sessions.of(request, app, reply);
      const expires_at = new Date(expiresAtMs).toISOString();
      return { session: { app, subject, role, scopes: [...scopes], expires_at }, refused: null };
    } catch (error) {
      if (!(error instanceof HailgridError) || (error.status !== 401 && error.status !== 403)) throw error;
      const role = ROLE_OF_APP[app];
      return {
        session: null,
        refused:
          error.status === 403
            ? `You are signed in, but not as ${role === 'operator' ? 'an' : 'a'} ${role}.`
            : null,
      };
    }
  }

  /** The access token for a page that calls the public API as a phone does. Operators' tokens stay here. */
  @Post('/v1/console/token')
  async token(
    @Query({ schema: appQuery }) { app }: z.output<typeof appQuery>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ access_token: string; expires_at: string }> {
    requireSamePage(request);
    if (app === 'console') throw new HailgridError('forbidden', 'tokens of operators stay with the console');
    const { accessToken, expiresAtMs } = await this.sessions.of(request, app, reply);
    return { access_token: accessToken, expires_at: new Date(expiresAtMs).toISOString() };
  }

  #callbackOf(request: FastifyRequest): string {
    return `${ownAddress(request, this.config)}${AUTH_PATH}/callback`;
  }
}

/** A cookie per sign-in: two windows may sign in at once. */
function pendingCookie(state: string): string {
  return `hailgrid_signin_${state.replaceAll(/[^\w-]/g, '').slice(0, 16)}`;
}
