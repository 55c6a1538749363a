import { Controller, Get, Inject } from '@nestjs/common';
import { getJwks, routerPath, type Jwks } from '#libs/contracts';
import { SIGNING_KEY, type SigningKey } from './signing-key.ts';

@Controller()
export class JwksController {
  constructor(@Inject(SIGNING_KEY) private readonly key: SigningKey) {}

  @Get(routerPath(getJwks))
  jwks(): Jwks {
    return { keys: [this.key.publicJwk] };
  }
}
