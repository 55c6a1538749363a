import { Inject, Injectable } from '@nestjs/common';
import * as oidc from 'openid-client';
import { HailgridError } from '#libs/contracts';
import { CONFIG } from '#libs/service';
import type { ConsoleConfig } from '../config.ts';

/** What the provider gives for a sign-in. */
export interface Tokens {
  accessToken: string;
  refreshToken?: string;
  idToken?: string;
}

/** What ties an answer of the provider to the sign-in that asked for it. */
export interface SignInChecks {
  verifier: string;
  state: string;
  nonce: string;
}

/** The OpenID provider with which people sign in: authorization code flow with PKCE, state and nonce. */
@Injectable()
export class OpenIdProvider {
  readonly #config: ConsoleConfig;
  #discovered: Promise<oidc.Configuration> | undefined;

  constructor(@Inject(CONFIG) config: ConsoleConfig) {
    this.#config = config;
  }

  /** Where the browser goes to sign in, and what its answer must match. `role` lets a development issuer offer that role only. */
  async signIn(redirectUri: string, role: string): Promise<{ url: URL; checks: SignInChecks }> {
    const { oidcScope: scope, oidcAudience: audience } = this.#config;
    const checks = {
      verifier: oidc.randomPKCECodeVerifier(),
      state: oidc.randomState(),
      nonce: oidc.randomNonce(),
    };
    const url = oidc.buildAuthorizationUrl(await this.#provider(), {
      redirect_uri: redirectUri,
      scope,
      code_challenge: await oidc.calculatePKCECodeChallenge(checks.verifier),
      code_challenge_method: 'S256',
      state: checks.state,
      nonce: checks.nonce,
      login_hint: role,
      ...(audience !== undefined && { audience }),
    });
    return { url, checks };
  }

  /** Exchanges the code in the address that the provider sent the browser to. Throws `unauthenticated` if it refuses. */
  async exchange(callback: URL, { verifier, state, nonce }: SignInChecks): Promise<Tokens> {
    const provider = await this.#provider();
    return answered(
      oidc.authorizationCodeGrant(provider, callback, {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      }),
    );
  }

  /** Throws `token_expired` if the provider no longer takes the refresh token. */
  async renew(refreshToken: string): Promise<Tokens> {
    const provider = await this.#provider();
    const renewed = await answered(oidc.refreshTokenGrant(provider, refreshToken));
    return { refreshToken, ...renewed };
  }

  /** Where the provider ends its own session; undefined if it has no such page. */
  async endSessionUrl(idToken: string): Promise<string | undefined> {
    const provider = await this.#provider();
    if (provider.serverMetadata().end_session_endpoint === undefined) return undefined;
    const { publicUrl } = this.#config;
    const back = publicUrl === undefined ? {} : { post_logout_redirect_uri: `${publicUrl}/` };
    return oidc.buildEndSessionUrl(provider, { id_token_hint: idToken, ...back }).href;
  }

  /** Reads the provider's addresses once; again after a failure. */
  #provider(): Promise<oidc.Configuration> {
    this.#discovered ??= this.#discover().catch((error: unknown) => {
      this.#discovered = undefined;
      throw new HailgridError('unavailable', 'the OpenID provider does not answer', { cause: error });
    });
    return this.#discovered;
  }

  #discover(): Promise<oidc.Configuration> {
    const { oidcIssuerUrl, oidcClientId, oidcClientSecret, mode } = this.#config;
    const authentication =
      oidcClientSecret === undefined ? oidc.None() : oidc.ClientSecretBasic(oidcClientSecret);
    const execute = mode === 'development' ? [oidc.allowInsecureRequests] : [];
    return oidc.discovery(new URL(oidcIssuerUrl), oidcClientId, undefined, authentication, { execute });
  }
}

async function answered(grant: Promise<oidc.TokenEndpointResponse>): Promise<Tokens> {
  try {
    const { access_token: accessToken, refresh_token: refreshToken, id_token: idToken } = await grant;
    return {
      accessToken,
      ...(refreshToken !== undefined && { refreshToken }),
      ...(idToken !== undefined && { idToken }),
    };
  } catch (error) {
    throw new HailgridError('unauthenticated', 'the OpenID provider refuses the sign-in', { cause: error });
  }
}
