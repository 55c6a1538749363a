import { chromium, type Browser } from 'playwright-core';
import { findChromium } from './find-chromium.ts';

/** No sandbox, which a container does not allow; and no calls of the browser's own to anywhere. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts a headless Chromium. Throws a UserError where there is none. */
export async function launchBrowser(): Promise<Browser> {
  const { path, env } = await findChromium();
  const variables = Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return chromium.launch({ executablePath: path, args: ARGUMENTS, env: Object.fromEntries(variables) });
}
