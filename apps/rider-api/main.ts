import { runService } from '#libs/service';
import { riderApiConfig } from './config.ts';
import { RiderApiModule } from './rider-api.module.ts';

await runService({
  name: 'rider-api',
  config: riderApiConfig,
  module: (config) => RiderApiModule.of(config),
});
