import { Body, Controller, Get, Headers, HttpCode, Inject, Post, Req, UseFilters } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import {
  getJwks,
  getAuthorize,
  getEndSession,
  getOpenidConfiguration,
  getUserinfo,
  GRANT_TYPES,
  playedPerson,
  postOauthToken,
  postUserinfo,
  routerPath,
  scope,
  type GrantedTokens,
  type OpenidConfiguration,
  type Userinfo,
} from '#libs/contracts';
import { ISSUER_CONFIG, type IssuerConfig } from '../config.ts';
import { TokenIssuer } from '../token-issuer.ts';
import { clientOfCall } from './client-of-call.ts';
import { issuerUrlOf } from './issuer-url.ts';
import { OAuthError, OAuthErrorFilter } from './oauth-error.ts';
import { SignIns } from './sign-ins.ts';

/** What OpenID clients call. */
@Controller()
export class OAuthController {
  constructor(
    private readonly signIns: SignIns,
    private readonly tokens: TokenIssuer,
    @Inject(ISSUER_CONFIG) private readonly config: IssuerConfig,
  ) {}

  @Get(routerPath(getOpenidConfiguration))
  configuration(@Req() request: FastifyRequest): OpenidConfiguration {
    const issuer = this.#issuerUrl(request);
    return {
      issuer,
      authorization_endpoint: issuer + getAuthorize.path,
      token_endpoint: issuer + postOauthToken.path,
      userinfo_endpoint: issuer + getUserinfo.path,
      end_session_endpoint: issuer + getEndSession.path,
      jwks_uri: issuer + getJwks.path,
      scopes_supported: ['openid', 'offline_access', ...scope.options],
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      grant_types_supported: [...GRANT_TYPES],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256'],
      token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'client_secret_post'],
      code_challenge_methods_supported: ['S256'],
      claims_supported: ['sub', 'role', 'name', 'nonce', 'auth_time'],
      acr_values_supported: playedPerson.options,
      authorization_response_iss_parameter_supported: true,
      request_uri_parameter_supported: false,
    };
  }

  @Post(routerPath(postOauthToken))
  @HttpCode(postOauthToken.status)
  @UseFilters(OAuthErrorFilter)
  exchange(
    @Body() body: unknown,
    @Headers('authorization') authorization: string | undefined,
    @Req() request: FastifyRequest,
  ): Promise<GrantedTokens> {
    const { data: form, error } = postOauthToken.body.safeParse(body ?? {});
    if (form === undefined) {
      const member = String(error.issues[0]?.path[0] ?? 'the form');
      throw new OAuthError('invalid_request', `${member} is missing, repeated or malformed`);
    }
    return this.signIns.exchange(this.#issuerUrl(request), clientOfCall(authorization, form), form);
  }

  @Get(routerPath(getUserinfo))
  userinfo(@Headers('authorization') authorization: string | undefined): Promise<Userinfo> {
    return this.tokens.holderOf(authorization);
  }

  @Post(routerPath(postUserinfo))
  @HttpCode(postUserinfo.status)
  userinfoByPost(@Headers('authorization') authorization: string | undefined): Promise<Userinfo> {
    return this.tokens.holderOf(authorization);
  }

  #issuerUrl(request: FastifyRequest): string {
    return issuerUrlOf(request, this.config.issuerUrl);
  }
}
