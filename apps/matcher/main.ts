import { runService } from '#libs/service';
import { matcherConfig } from './config.ts';
import { MatcherModule } from './matcher.module.ts';

await runService({ name: 'matcher', config: matcherConfig, module: () => MatcherModule });
