import { Module, type DynamicModule } from '@nestjs/common';
import { BusModule } from '#libs/bus';
import { TokenVerifier } from '#libs/service';
import { CityWatch } from './city/city-watch.ts';
import type { ConsoleConfig } from './config.ts';
import { BreakController } from './break/break.controller.ts';
import { CityControlClient } from './break/city-control-client.ts';
import { MapStream } from './map-stream/map-stream.ts';
import { PageFiles, PagesController } from './pages/page-files.ts';
import { NumbersController } from './numbers/numbers.controller.ts';
import { OperatorsApiController } from './proxy/operators-api.controller.ts';
import { SettingsController } from './settings/settings.controller.ts';
import { OpenIdProvider } from './signin/open-id-provider.ts';
import { SealedCookies } from './signin/sealed-cookies.ts';
import { Sessions } from './signin/sessions.ts';
import { SignInController } from './signin/sign-in.controller.ts';
import { StreetsController } from './streets/streets.controller.ts';

/** The page in which people see and steer the city, and the calls of that page. Holds nothing that matters. */
@Module({})
export class ConsoleModule {
  static of(config: ConsoleConfig): DynamicModule {
    const isSecure = config.publicUrl?.startsWith('https:') ?? false;
    return {
      module: ConsoleModule,
      imports: [BusModule.of('console')],
      controllers: [
        SignInController,
        SettingsController,
        OperatorsApiController,
        BreakController,
        StreetsController,
        NumbersController,
        PagesController,
      ],
      providers: [
        { provide: TokenVerifier, useFactory: () => new TokenVerifier(config) },
        { provide: SealedCookies, useFactory: () => new SealedCookies(config.sessionKey, isSecure) },
        OpenIdProvider,
        Sessions,
        CityControlClient,
        PageFiles,
        CityWatch,
        MapStream,
      ],
    };
  }
}
