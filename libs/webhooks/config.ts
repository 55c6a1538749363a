import { flag } from '#libs/service';

/** What `trips`, which creates webhooks, and `webhooks`, which calls them, must agree on. */
export const webhookTargetConfig = {
  webhookAllowPrivate: flag
    .default(false)
    .describe(
      'allow webhooks at private addresses and plain http, for development; the same in trips and webhooks',
    ),
};
