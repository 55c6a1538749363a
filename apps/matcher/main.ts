import { runService } from '#libs/service';
import { matcherConfig } from './config.ts';
import { matcherModule } from './matcher.module.ts';

await runService({ name: 'matcher', config: matcherConfig, module: matcherModule });
