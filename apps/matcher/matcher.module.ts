import { Global, Module, type DynamicModule } from '@nestjs/common';
import { BusModule } from '#libs/bus';
import { MATCHER_CONFIG, type MatcherConfig } from './config.ts';
import { DemandModule } from './demand/demand.module.ts';
import { OwnershipModule } from './ownership/ownership.module.ts';
import { PickupEtaModule } from './pickup-eta/pickup-eta.module.ts';
import { ROUND_PARAMS, roundParams } from './round-params.ts';
import { RoundsModule } from './rounds/rounds.module.ts';
import { SupplyModule } from './supply/supply.module.ts';

/** What every feature of the matcher is told. */
@Global()
@Module({})
class SettingsModule {}

@Module({})
class MatcherModule {}

export function matcherModule(config: MatcherConfig): DynamicModule {
  const settings: DynamicModule = {
    module: SettingsModule,
    providers: [
      { provide: MATCHER_CONFIG, useValue: config },
      { provide: ROUND_PARAMS, useValue: roundParams(config) },
    ],
    exports: [MATCHER_CONFIG, ROUND_PARAMS],
  };
  return {
    module: MatcherModule,
    imports: [
      settings,
      BusModule.create(),
      OwnershipModule,
      SupplyModule,
      DemandModule,
      PickupEtaModule,
      RoundsModule,
    ],
  };
}
