import { Body, Controller, Get, Inject, Post } from '@nestjs/common';
import {
  getJwks,
  postToken,
  routerPath,
  type Jwks,
  type TokenRequest,
  type TokenResponse,
} from '#libs/contracts';
import { SIGNING_KEY, type SigningKey } from './signing-key.ts';
import { TokenIssuer } from './token-issuer.ts';

@Controller()
export class IssuerController {
  constructor(
    private readonly issuer: TokenIssuer,
    @Inject(SIGNING_KEY) private readonly key: SigningKey,
  ) {}

  @Post(routerPath(postToken))
  token(@Body({ schema: postToken.body }) request: TokenRequest): Promise<TokenResponse> {
    return this.issuer.issue(request);
  }

  @Get(routerPath(getJwks))
  jwks(): Jwks {
    return { keys: [this.key.publicJwk] };
  }
}
