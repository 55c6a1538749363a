import { runService } from '#libs/service';
import { consoleConfig } from './config.ts';
import { ConsoleModule } from './console.module.ts';

await runService({ name: 'console', config: consoleConfig, module: (config) => ConsoleModule.of(config) });
