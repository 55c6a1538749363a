import { runService } from '#libs/service';
import { driverApiConfig } from './config.ts';
import { DriverApiModule } from './driver-api.module.ts';

await runService({
  name: 'driver-api',
  config: driverApiConfig,
  module: (config) => DriverApiModule.of(config),
});
