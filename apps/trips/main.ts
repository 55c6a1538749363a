import { commandTransport } from '#libs/bus';
import { runService } from '#libs/service';
import { tripsConfig } from './config.ts';
import { TripsModule } from './trips.module.ts';

/** Instances of `trips` share one queue: a command reaches one of them. */
const QUEUE = 'trips';

await runService({
  name: 'trips',
  config: tripsConfig,
  module: (config) => TripsModule.of(config),
  transport: ({ natsUrls, instance }, { clock }) =>
    commandTransport(natsUrls, `${instance}-transport`, QUEUE, clock),
});
