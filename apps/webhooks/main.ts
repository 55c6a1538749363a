import { runService } from '#libs/service';
import { webhooksConfig } from './config.ts';
import { WebhooksModule } from './webhooks.module.ts';

await runService({ name: 'webhooks', config: webhooksConfig, module: () => WebhooksModule });
