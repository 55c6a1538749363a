import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { HailgridError, type Role, type Scope } from '#libs/contracts';
import { CONFIG, TokenVerifier, VerifiedTokens } from '#libs/service';
import type { ConsoleConfig } from '../config.ts';
import { OpenIdProvider, type Tokens } from './open-id-provider.ts';
import { SealedCookies, type WithCookies } from './sealed-cookies.ts';
import { ROLE_OF_APP, type SignedInApp } from './signed-in-app.ts';

/** How long before its end an access token is renewed, so that it does not end on its way. */
const RENEW_BEFORE_MS = 30_000;
/** How many renewals are remembered: requests of one page that find the same old token share one. */
const MAX_RENEWALS = 1_000;

const keptTokens = z.object({
  accessToken: z.string(),
  refreshToken: z.string().optional(),
  idToken: z.string().optional(),
  /** Wall time. */
  signedInAtMs: z.number(),
});
type KeptTokens = z.infer<typeof keptTokens>;

/** Who is signed in to a part of the page. */
export interface Session {
  readonly app: SignedInApp;
  readonly subject: string;
  readonly role: Role;
  readonly scopes: readonly string[];
  /** When the access token ends, wall time. */
  readonly expiresAtMs: number;
  readonly accessToken: string;
}

/**
 * Sessions of people, which browsers keep in sealed cookies: the console holds none, so any instance serves any browser,
 * and a restart ends no session. All times are wall time, as those of tokens are.
 */
@Injectable()
export class Sessions {
  readonly #verified: VerifiedTokens;
  readonly #renewals = new Map<string, Promise<Tokens>>();

  constructor(
    verifier: TokenVerifier,
    private readonly provider: OpenIdProvider,
    private readonly cookies: SealedCookies,
    @Inject(CONFIG) private readonly config: ConsoleConfig,
  ) {
    this.#verified = new VerifiedTokens(verifier);
  }

  /** Keeps the tokens of a fresh sign-in. What they allow is checked with each use. */
  async open(reply: FastifyReply, app: SignedInApp, tokens: Tokens): Promise<void> {
    await this.#keep(reply, app, { ...tokens, signedInAtMs: Date.now() });
  }

  /**
   * The session of a request; renews its tokens if the access token ends soon. Throws `unauthenticated`, `token_expired` or
   * `forbidden`.
   * @param reply gets renewed cookies; without one (an upgrade) an ended token is refused
   */
  async of(request: WithCookies, app: SignedInApp, reply?: FastifyReply): Promise<Session> {
    const kept = await this.#kept(request, app);
    if (kept === undefined) throw new HailgridError('unauthenticated', `no session of ${app}`);
    const session = await this.#verify(app, kept.accessToken).catch((error: unknown) => {
      if (error instanceof HailgridError && error.code === 'token_expired') return error;
      throw error;
    });
    const isFresh = !(session instanceof Error) && session.expiresAtMs - RENEW_BEFORE_MS > Date.now();
    if (isFresh) return session;
    if (kept.refreshToken === undefined || reply === undefined) {
      if (session instanceof Error) throw session;
      return session;
    }
    const tokens = await this.#renew(kept.refreshToken);
    await this.#keep(reply, app, { ...kept, ...tokens });
    return this.#verify(app, tokens.accessToken);
  }

  /** The session of an operator whose token has a scope. Throws `insufficient_scope` as well. */
  async ofOperator(request: WithCookies, reply: FastifyReply, scope: Scope): Promise<Session> {
    const session = await this.of(request, 'console', reply);
    if (!session.scopes.includes(scope))
      throw new HailgridError('insufficient_scope', `${session.subject} lacks ${scope}`);
    return session;
  }

  /** Ends the session in this browser; returns where the provider ends its own. */
  async close(request: WithCookies, reply: FastifyReply, app: SignedInApp): Promise<string | undefined> {
    const kept = await this.#kept(request, app);
    this.cookies.clear(reply, cookieOf(app), '/');
    return kept?.idToken === undefined ? undefined : this.provider.endSessionUrl(kept.idToken);
  }

  async #kept(request: WithCookies, app: SignedInApp): Promise<KeptTokens | undefined> {
    const kept = await this.cookies.read(request, cookieOf(app), keptTokens);
    if (kept === undefined || kept.signedInAtMs + this.config.sessionTtlS * 1_000 < Date.now())
      return undefined;
    return kept;
  }

  async #keep(reply: FastifyReply, app: SignedInApp, tokens: KeptTokens): Promise<void> {
    const scope = { path: '/', maxAgeS: this.config.sessionTtlS };
    await this.cookies.set(reply, cookieOf(app), tokens, scope);
  }

  async #verify(app: SignedInApp, accessToken: string): Promise<Session> {
    const { subject, roles, scopes, expiresAtMs } = await this.#verified.read(accessToken);
    const role = ROLE_OF_APP[app];
    if (!roles.includes(role)) throw new HailgridError('forbidden', `${subject} is no ${role}`);
    return { app, subject, role, scopes, expiresAtMs, accessToken };
  }

  /** A provider may take a refresh token once: requests that come at once share its answer. */
  #renew(refreshToken: string): Promise<Tokens> {
    const running = this.#renewals.get(refreshToken);
    if (running !== undefined) return running;
    const renewal = this.provider.renew(refreshToken);
    this.#renewals.set(refreshToken, renewal);
    renewal.catch(() => this.#renewals.delete(refreshToken));
    for (const oldest of this.#renewals.keys()) {
      if (this.#renewals.size <= MAX_RENEWALS) break;
      this.#renewals.delete(oldest);
    }
    return renewal;
  }
}

function cookieOf(app: SignedInApp): string {
  return `hailgrid_${app}`;
}
