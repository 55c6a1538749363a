import { Controller, Get, Inject } from '@nestjs/common';
import { getJwks, routerPath, type Jwks } from '#libs/contracts';
import { SIGNING_KEY, type SigningKey } from './signing-key.ts';

@Controller()
export class JwksController {
  readonly #key: SigningKey;

  constructor(@Inject(SIGNING_KEY) key: SigningKey) {
    this.#key = key;
  }

  @Get(routerPath(getJwks))
  jwks(): Jwks {
    return { keys: [this.#key.publicJwk] };
  }
}
