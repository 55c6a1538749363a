import { Module, type DynamicModule } from '@nestjs/common';
import { ApiDocumentsModule } from '#libs/service';
import type { IssuerConfig } from './config.ts';
import { IssuerController } from './issuer.controller.ts';
import { keyFromFile, makeSigningKey, SIGNING_KEY } from './signing-key.ts';
import { TokenIssuer } from './token-issuer.ts';

@Module({})
export class DevIssuerModule {
  static async of(config: IssuerConfig): Promise<DynamicModule> {
    const { issuerKeyFile } = config;
    const key = await (issuerKeyFile === undefined ? makeSigningKey() : keyFromFile(issuerKeyFile));
    return {
      module: DevIssuerModule,
      imports: [ApiDocumentsModule.of('issuer')],
      controllers: [IssuerController],
      providers: [
        { provide: SIGNING_KEY, useValue: key },
        { provide: TokenIssuer, useFactory: () => new TokenIssuer(key, config) },
      ],
    };
  }
}
