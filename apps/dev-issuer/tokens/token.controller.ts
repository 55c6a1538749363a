import { Body, Controller, Post } from '@nestjs/common';
import { postToken, routerPath, type TokenRequest, type TokenResponse } from '#libs/contracts';
import { TokenIssuer } from './token-issuer.ts';

@Controller()
export class TokenController {
  constructor(private readonly issuer: TokenIssuer) {}

  @Post(routerPath(postToken))
  token(@Body({ schema: postToken.body }) request: TokenRequest): Promise<TokenResponse> {
    return this.issuer.issue(request);
  }
}
