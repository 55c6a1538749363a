export { webhookTargetConfig } from './config.ts';
export { lookupPublic } from './public-address.ts';
export { refuseResolvedTarget, refuseTarget } from './refuse-target.ts';
