import { Module, type DynamicModule } from '@nestjs/common';
import { ApiDocumentsModule } from '#libs/service';
import { ISSUER_CONFIG, type IssuerConfig } from './config.ts';
import { IssuerController } from './issuer.controller.ts';
import { AuthorizationController } from './sign-in/authorization.controller.ts';
import { Forms } from './sign-in/forms.ts';
import { OAuthController } from './sign-in/oauth.controller.ts';
import { RedirectAddresses } from './sign-in/redirect-addresses.ts';
import { SignIns } from './sign-in/sign-ins.ts';
import { keyFromFile, makeSigningKey, SIGNING_KEY } from './signing-key.ts';
import { TokenIssuer } from './token-issuer.ts';

@Module({})
export class DevIssuerModule {
  static async of(config: IssuerConfig): Promise<DynamicModule> {
    const { issuerKeyFile } = config;
    const key = await (issuerKeyFile === undefined ? makeSigningKey() : keyFromFile(issuerKeyFile));
    const issuer = new TokenIssuer(key, config);
    return {
      module: DevIssuerModule,
      imports: [ApiDocumentsModule.of('issuer')],
      controllers: [IssuerController, AuthorizationController, OAuthController],
      providers: [
        { provide: SIGNING_KEY, useValue: key },
        { provide: ISSUER_CONFIG, useValue: config },
        { provide: TokenIssuer, useValue: issuer },
        { provide: RedirectAddresses, useValue: new RedirectAddresses(config.signInRedirects) },
        { provide: SignIns, useFactory: () => new SignIns(issuer, Date.now) },
        Forms,
      ],
    };
  }
}
