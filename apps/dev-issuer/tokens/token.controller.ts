import { Body, Controller, Inject, Post } from '@nestjs/common';
import { postToken, routerPath, type TokenRequest, type TokenResponse } from '#libs/contracts';
import { TokenIssuer } from './token-issuer.ts';

@Controller()
export class TokenController {
  readonly #issuer: TokenIssuer;

  constructor(@Inject(TokenIssuer) issuer: TokenIssuer) {
    this.#issuer = issuer;
  }

  @Post(routerPath(postToken))
  token(@Body({ schema: postToken.body }) request: TokenRequest): Promise<TokenResponse> {
    return this.#issuer.issue(request);
  }
}
