import { setTimeout as sleep } from 'node:timers/promises';
import { ConsoleCity } from '../../../dev/browser/console-city.ts';
import { describeMachine } from '../../../dev/machine/describe-machine.ts';
import { until } from '../../../dev/process/until.ts';
import { measurePage, type PageFigures } from './measure-page.ts';
import { openMap } from './map-client.ts';
import { median } from './quantile.ts';
import type { Options } from './options.ts';
import { QuoteProbe } from './quote-probe.ts';

/** How long drivers may take to come online. */
const ONLINE_LIMIT_MS = 300_000;
/** What a window leaves to the next one: sockets that close, lists that are read. */
const SETTLE_MS = 3_000;

/** What happened in one window. */
interface Window {
  /** Percent of a core. */
  console_cpu_pct: number;
  /** CPU seconds of all other processes of the city but the fleet, per second. */
  city_cpu: number;
  /** From asking for a quote to its answer. */
  quote_p50_ms: number;
  quote_p95_ms: number;
  updates: number;
  update_kb: number;
}

export interface ConsoleReport {
  command: string;
  options: Options;
  machine: ReturnType<typeof describeMachine>;
  without_map: Window[];
  with_map: Window[];
  /** Medians of the windows. */
  compared: {
    console_cpu_pct_of_a_map: number;
    city_cpu_ratio: number;
    quote_p50_ratio: number;
  };
  page: PageFigures;
}

export async function measureConsole(options: Options): Promise<ConsoleReport> {
  const { drivers, seconds, rounds, seed } = options;
  const city = await ConsoleCity.start({ drivers, seed });
  try {
    await until(
      () => city.fleet.latest()?.drivers_online === drivers,
      ONLINE_LIMIT_MS,
      () => `${city.fleet.latest()?.drivers_online ?? 0} of ${drivers} drivers came online`,
    );
    const probe = await QuoteProbe.start(city.city.urls);
    const [without, withMap]: [Window[], Window[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      without.push(await measureWindow(city, probe, seconds, false));
      withMap.push(await measureWindow(city, probe, seconds, true));
    }
    probe.stop();
    const of = (windows: readonly Window[], key: keyof Window): number =>
      median(windows.map((one) => one[key]));
    return {
      command: `npm run bench:console -- --drivers ${drivers} --seconds ${seconds} --rounds ${rounds} --seed ${seed}`,
      options,
      machine: describeMachine(city.city.versions),
      without_map: without,
      with_map: withMap,
      compared: {
        console_cpu_pct_of_a_map: round2(of(withMap, 'console_cpu_pct') - of(without, 'console_cpu_pct')),
        city_cpu_ratio: round2(of(withMap, 'city_cpu') / of(without, 'city_cpu')),
        quote_p50_ratio: round2(of(withMap, 'quote_p50_ms') / of(without, 'quote_p50_ms')),
      },
      page: await measurePage(city),
    };
  } finally {
    await city.stop();
  }
}

async function measureWindow(
  city: ConsoleCity,
  probe: QuoteProbe,
  seconds: number,
  withMap: boolean,
): Promise<Window> {
  const map = withMap ? await openMap(city.url) : undefined;
  await sleep(SETTLE_MS);
  const [cpuBefore, receivedBefore, startedAt] = [await cpuOf(city), map?.received(), performance.now()];
  probe.begin();
  await sleep(seconds * 1_000);
  const quotes = probe.end();
  const [cpu, received, tookS] = [
    await cpuOf(city),
    map?.received(),
    (performance.now() - startedAt) / 1_000,
  ];
  map?.close();
  await sleep(SETTLE_MS);
  const updates = (received?.updates ?? 0) - (receivedBefore?.updates ?? 0);
  const bytes = (received?.bytes ?? 0) - (receivedBefore?.bytes ?? 0);
  return {
    console_cpu_pct: round2(((cpu.console - cpuBefore.console) / tookS) * 100),
    city_cpu: round2((cpu.others - cpuBefore.others) / tookS),
    quote_p50_ms: round2(quotes.p50),
    quote_p95_ms: round2(quotes.p95),
    updates,
    update_kb: updates === 0 ? 0 : round2(bytes / updates / 1_000),
  };
}

/** CPU seconds so far of the console, and of the rest of the city. */
async function cpuOf({ city }: ConsoleCity): Promise<{ console: number; others: number }> {
  const sum = { console: 0, others: 0 };
  for (const child of city.children()) {
    const usage = await child.usage();
    sum[child.name.startsWith('console') ? 'console' : 'others'] += usage?.cpu_s ?? 0;
  }
  return sum;
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
