import { writeFileSync } from 'node:fs';
import type { FleetStats } from '#libs/contracts';
import { dataReportLines } from '#libs/geo';
import type { SupervisedChild } from '../process/supervised-child.ts';
import { temporaryDirectory } from '../process/temporary-directory.ts';
import { startCity, type City } from './city.ts';
import { startFleet, type FleetProcess } from './fleet-process.ts';
import { showLive } from './live-view.ts';
import { describeMachine } from '../machine/describe-machine.ts';
import type { CityOptions } from './options.ts';
import { failoverFacts } from './database-state.ts';
import { choosePorts } from './ports.ts';
import { resultTable } from './result-table.ts';
import { cityResult, type CityResult, type NamedUsage, type RunFacts } from './result.ts';
import { collectNumbers, runReport, writeReport } from './run-report.ts';
import { sampleUsage } from './sample-usage.ts';
import { cityData, type CityData } from './city-data.ts';
import { portsText } from './summary.ts';

/**
 * Free disk space that a city needs. Measured: 145 MB after half a minute with one standby; WAL grows with the load.
 */
const CITY_DISK_BYTES = 512 * 1024 ** 2;

type Ending = { kind: 'over' } | { kind: 'asked' } | { kind: 'died'; message: string };

/**
 * Runs a city with its fleet and prints its progress; resolves with the exit code.
 * @param end resolves when the user wants it to end
 */
export async function runCity(options: CityOptions, end: Promise<void>): Promise<number> {
  const { area, report, replay } = cityData(options);
  for (const line of report === null ? [] : dataReportLines(report)) console.log(line);
  if (replay !== undefined) console.log(replay);
  const { ports, notes } = await choosePorts(options.port);
  for (const note of notes) console.log(note);
  const directory = temporaryDirectory('city', CITY_DISK_BYTES);
  if (options.keep) directory.keep();
  let code: number;
  try {
    const asked = end.then((): 'asked' => 'asked');
    const starting = startCity({
      options,
      ports,
      area,
      directory: directory.path,
      onStep: (step) => console.log(`${step} …`),
    });
    const city = await Promise.race([starting, asked]);
    if (city === 'asked') {
      starting.catch(() => undefined); // its next steps fail because its processes are stopped
      console.log('stopped before the city was ready');
      return 0;
    }
    code = await runPeople(city, options, directory.path, end, report);
  } catch (error) {
    throw directory.keepAfterFailure() ?? error;
  }
  if (code === 0 && !options.keep) {
    directory.remove();
    return code;
  }
  const diskFull = directory.keepAfterFailure();
  if (diskFull !== undefined) throw diskFull;
  return code;
}

/** Runs the fleet against the ready services and prints the final table. */
async function runPeople(
  city: City,
  options: CityOptions,
  directory: string,
  end: Promise<void>,
  data: CityData['report'],
): Promise<number> {
  const startedAtMs = Number(process.env['HAILGRID_STARTED_AT_MS'] ?? Date.now());
  const readyS = (Date.now() - startedAtMs) / 1000;
  console.log(`ready after ${readyS.toFixed(1)} s on ports ${portsText(city.urls)}; logs in ${directory}`);
  console.log(`Open ${city.urls.console} in a browser.\n`);
  const fleet = startFleet(city, options, directory);
  const children = (): SupervisedChild[] => [...city.children(), fleet.child];
  const usage = sampleUsage(children);
  const numbers = options.report === undefined ? undefined : collectNumbers(city, options);
  const view = showLive(process.stdout, () => ({
    stats: fleet.latest(),
    drivers: options.drivers,
    urls: city.urls,
    database: city.database(),
    processes: children()
      .filter((child) => child.isRunning())
      .map(({ name }) => name),
  }));

  const ending = await Promise.race([
    fleetEnd(fleet),
    city.death.then((message): Ending => ({ kind: 'died', message })),
    end.then((): Ending => ({ kind: 'asked' })),
  ]);
  const processes = await usage.finish();
  await numbers?.stop();
  await fleet.child.stop();
  view.close();
  await city.stop();

  const facts: RunFacts = {
    command: commandLine(),
    seed: options.seed,
    started_at: new Date(startedAtMs).toISOString(),
    ready_s: Math.round(readyS * 10) / 10,
    fleet_started_s: readyS,
    ...describeMachine(city.versions),
    failovers: failoverFacts(city.database().failovers),
    data,
  };
  const result = printResult(facts, fleet.latest(), processes, options.json);
  if (options.report !== undefined && numbers !== undefined) {
    const file = writeReport(options.report, runReport(facts, result, numbers.since(0)));
    console.log(`\nThe report with charts is in ${file}.`);
  }
  if (ending.kind !== 'died') return 0;
  console.error(`hailgrid: ${ending.message}`);
  return 1;
}

/** A fleet that exits before its final figures has failed. */
async function fleetEnd(fleet: FleetProcess): Promise<Ending> {
  const exit = await fleet.child.exited;
  if (fleet.isDone() && exit.code === 0) return { kind: 'over' };
  return { kind: 'died', message: fleet.child.describeExit(exit) };
}

/** Also returns the result, if the fleet had begun. */
function printResult(
  facts: RunFacts,
  stats: FleetStats | undefined,
  processes: NamedUsage[],
  jsonFile: string | undefined,
): CityResult | undefined {
  if (stats === undefined) {
    console.log('The fleet had not begun.');
    return undefined;
  }
  const result = cityResult(facts, stats, processes);
  console.log(`\n${resultTable(result).join('\n')}`);
  if (jsonFile !== undefined) writeFileSync(jsonFile, `${JSON.stringify(result, undefined, 2)}\n`);
  return result;
}

/** The command as the user would type it. */
function commandLine(): string {
  const args = process.argv.slice(2);
  return args.length === 0 ? 'npm start' : `npm start -- ${args.join(' ')}`;
}
