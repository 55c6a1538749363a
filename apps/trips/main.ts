import { busAccessOf, commandTransport } from '#libs/bus';
import { runService } from '#libs/service';
import { tripsConfig } from './config.ts';
import { TripsModule } from './trips.module.ts';

/** Instances of `trips` share one queue: a command reaches one of them. */
const QUEUE = 'trips';

await runService({
  name: 'trips',
  config: tripsConfig,
  module: (config) => TripsModule.of(config),
  transport: (config, { clock }) =>
    commandTransport(busAccessOf(config, 'trips'), `${config.instance}-transport`, QUEUE, clock),
});
