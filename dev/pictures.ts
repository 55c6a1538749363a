/** `npm run pictures`: makes the pictures of the console that the README shows, from a real city. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import type { Page } from 'playwright-core';
import { animatedPicture } from './browser/animated-picture.ts';
import { ConsoleCity } from './browser/console-city.ts';
import { CHECKOUT } from './build/checkout.ts';
import { wholeNumber } from '../ops/command-line/number-arguments.ts';
import { pathArgument } from '../ops/command-line/path-argument.ts';
import { runCommand } from '../ops/command-line/run-command.ts';

interface PictureOptions {
  drivers: number;
  seconds: number;
  out: string;
}

const MAX_DRIVERS = 5_000;
const MAX_SECONDS = 600;
const SIZE = { width: 960, height: 540 };
/** The middle of the built-in city, near enough to tell cars apart. */
const VIEW = '#at=38.7215,-9.1395,13.9';
/** How many frames the animated picture has: a killed matcher loses its shards after some 3 s, and has some back 5 s later. */
const FRAMES = 14;
/** How long each is shown. */
const FRAME_MS = 700;
/** In which frame the matcher is killed. */
const KILL_AT = 3;

const command = new Command('npm run pictures --')
  .description('Makes the pictures of the console that the README shows, from a real city.')
  .option('--drivers <n>', 'simulated drivers of the city', wholeNumber(1, MAX_DRIVERS), 150)
  .option('--seconds <n>', 'how long the city runs before the first picture', wholeNumber(0, MAX_SECONDS), 90)
  .option('--out <dir>', 'directory of console.png and console.gif', pathArgument, join(CHECKOUT, 'docs'))
  .parse();

await runCommand(async () => {
  const { drivers, seconds, out } = command.opts<PictureOptions>();
  const city = await ConsoleCity.start({ drivers });
  try {
    await sleep(seconds * 1000);
    const page = await city.window(SIZE);
    await city.signIn(page, '/', 'operator');
    // From another page: a new part after # alone moves no map.
    await page.goto(`${city.url}/shards`);
    await page.goto(`${city.url}/${VIEW}`);
    await sleep(5_000); // the map, its streets and the first updates
    writeFileSync(join(out, 'console.png'), await page.screenshot());
    writeFileSync(join(out, 'console.gif'), animatedPicture(await deathOfAMatcher(city, page), FRAME_MS));
  } finally {
    await city.stop();
  }
  return 0;
});

/** Frames of the map while a matcher is killed, and others take its shards. */
async function deathOfAMatcher(city: ConsoleCity, page: Page): Promise<Buffer[]> {
  await page.getByRole('combobox', { name: 'Hexagons' }).selectOption('shards');
  await sleep(2_000);
  const frames: Buffer[] = [];
  for (let frame = 0; frame < FRAMES; frame++) {
    if (frame === KILL_AT) await city.act('matcher-1', 'kill');
    frames.push(await page.screenshot());
    await sleep(FRAME_MS);
  }
  return frames;
}
