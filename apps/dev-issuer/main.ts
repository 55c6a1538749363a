import { runService } from '#libs/service';
import { issuerConfig } from './config.ts';
import { DevIssuerModule } from './dev-issuer.module.ts';

await runService({
  name: 'dev-issuer',
  config: issuerConfig,
  module: (config) => DevIssuerModule.of(config),
});
