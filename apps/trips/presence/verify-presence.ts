import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { requirePresence } from '#libs/bus';
import { HailgridError, type Person } from '#libs/contracts';
import { Callers, CONFIG, TokenVerifier, VerifiedTokens } from '#libs/service';
import type { TripsConfig } from '../config.ts';

/**
 * The second line behind the APIs: a command that acts for a person is carried out only with that person's own token. An
 * API process that was taken over can act only for people who use it at that time.
 */
@Injectable()
export class VerifyPresence implements OnModuleInit {
  readonly #tokens: VerifiedTokens;

  constructor(
    @Inject(CONFIG) private readonly config: TripsConfig,
    verifier: TokenVerifier,
    private readonly callers: Callers,
  ) {
    this.#tokens = new VerifiedTokens(verifier);
  }

  onModuleInit(): void {
    if (this.config.requirePresence) requirePresence((person, token) => this.#check(person, token));
  }

  async #check({ role, id }: Person, token: string | undefined): Promise<void> {
    if (token === undefined)
      throw new HailgridError('unauthenticated', `no token came with a command of ${id ?? role}`);
    const caller = await this.callers.of(await this.#tokens.read(token), role);
    if (id !== undefined && caller.id !== id)
      throw new HailgridError('unauthenticated', `a token of ${caller.id} came with a command of ${id}`);
  }
}
