import { Module, type DynamicModule } from '@nestjs/common';
import { ApiDocumentsModule } from '#libs/service';
import type { IssuerConfig } from './config.ts';
import { JwksController } from './keys/jwks.controller.ts';
import { keyFromFile } from './keys/key-file.ts';
import { makeSigningKey, SIGNING_KEY } from './keys/signing-key.ts';
import { TokenIssuer } from './tokens/token-issuer.ts';
import { TokenController } from './tokens/token.controller.ts';

@Module({})
export class DevIssuerModule {
  static async of(config: IssuerConfig): Promise<DynamicModule> {
    const { issuerKeyFile } = config;
    const key = await (issuerKeyFile === undefined ? makeSigningKey() : keyFromFile(issuerKeyFile));
    return {
      module: DevIssuerModule,
      imports: [ApiDocumentsModule.of('issuer')],
      controllers: [JwksController, TokenController],
      providers: [
        { provide: SIGNING_KEY, useValue: key },
        { provide: TokenIssuer, useFactory: () => new TokenIssuer(key, config) },
      ],
    };
  }
}
