export { makeWebhookKeys, openKeysSetting, sealKeySetting, type OpenKeys, type SealKey } from './keys.ts';
export { openSecret, SealError, sealSecret } from './seal.ts';
