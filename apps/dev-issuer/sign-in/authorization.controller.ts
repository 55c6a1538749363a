import { Body, Controller, Get, Inject, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  getAuthorize,
  getEndSession,
  HailgridError,
  postAuthorize,
  routerPath,
  type AuthorizationForm,
  type AuthorizationQuery,
  type EndSessionQuery,
} from '#libs/contracts';
import { ISSUER_CONFIG, type IssuerConfig } from '../config.ts';
import { judgeAuthorization, type SentBack } from './authorization-request.ts';
import { issuerUrlOf } from './issuer-url.ts';
import { RedirectAddresses, withParameters } from './redirect-addresses.ts';
import { signedOutPage, signInPage, type Page } from './sign-in-page.ts';
import { SignIns } from './sign-ins.ts';

const SEE_OTHER = postAuthorize.status;

/** What browsers see of a sign-in. */
@Controller()
export class AuthorizationController {
  constructor(
    private readonly signIns: SignIns,
    private readonly addresses: RedirectAddresses,
    @Inject(ISSUER_CONFIG) private readonly config: IssuerConfig,
  ) {}

  @Get(routerPath(getAuthorize))
  ask(
    @Query({ schema: getAuthorize.query }) query: AuthorizationQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): void {
    const judged = judgeAuthorization(query, this.addresses);
    if ('ask' in judged) sendPage(reply, signInPage(judged.ask, query));
    else this.#sendBack(judged.sendBack, request, reply);
  }

  @Post(routerPath(postAuthorize))
  signIn(
    @Body({ schema: postAuthorize.body }) form: AuthorizationForm,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): void {
    const judged = judgeAuthorization(form, this.addresses);
    if (!('ask' in judged)) return this.#sendBack(judged.sendBack, request, reply);
    const { target, state } = judged.ask;
    const code = this.signIns.begin(judged.ask, form);
    redirect(reply, withParameters(target, { code, state, iss: this.#issuerUrl(request) }));
  }

  @Get(routerPath(getEndSession))
  signOut(
    @Query({ schema: getEndSession.query }) { post_logout_redirect_uri, state }: EndSessionQuery,
    @Res() reply: FastifyReply,
  ): void {
    if (post_logout_redirect_uri === undefined) return sendPage(reply, signedOutPage());
    const target = this.addresses.read(post_logout_redirect_uri);
    if (target === undefined)
      throw new HailgridError('invalid_request', `sign-out to ${post_logout_redirect_uri}`, {
        issues: [{ pointer: '/post_logout_redirect_uri', message: 'is neither on loopback nor configured' }],
      });
    redirect(reply, withParameters(target, { state }));
  }

  #sendBack(
    { target, state, error, description }: SentBack,
    request: FastifyRequest,
    reply: FastifyReply,
  ): void {
    const iss = this.#issuerUrl(request);
    redirect(reply, withParameters(target, { error, error_description: description, state, iss }));
  }

  #issuerUrl(request: FastifyRequest): string {
    return issuerUrlOf(request, this.config.issuerUrl);
  }
}

function sendPage(reply: FastifyReply, { html, contentSecurityPolicy }: Page): void {
  void reply
    .header('content-security-policy', contentSecurityPolicy)
    .type('text/html; charset=utf-8')
    .send(html);
}

function redirect(reply: FastifyReply, address: string): void {
  void reply.redirect(address, SEE_OTHER);
}
