/** `npm run bench:quality`: how well riders are served by policy, fleet and number of matchers, on recorded or synthetic demand. */
import { dataReportLines, type DataReport } from '#libs/geo';
import { describeMachine } from '../../../dev/machine/describe-machine.ts';
import { writeReport } from '../../../ops/command-line/json-report.ts';
import { requireExisting, requireStreets } from '../../../ops/command-line/path-argument.ts';
import { runCommand } from '../../../ops/command-line/run-command.ts';
import { readCommandLine, type CommandLine } from './command-line.ts';
import { bounds, measure } from './measure.ts';
import { drawPlots } from './plots.ts';
import { quoteErrorLines, tableOf } from './report.ts';
import { StreetCity } from './world/street-city.ts';
import { syntheticCity } from './world/synthetic-city.ts';

function main(): number {
  const options = readCommandLine(process.argv);
  const { city, report: data } = openCity(options);
  const dataLines = data === undefined ? [] : dataReportLines(data);
  for (const line of dataLines) console.log(line);
  const measured = measure(city, options, ({ policy, fleet, shards, served_pct, wait_s }) => {
    process.stderr.write(
      `${policy}, ${fleet} cars, ${shards} matchers: ${served_pct.mean} % served, ${wait_s.mean} s\n`,
    );
  });
  const rows = measured.map(({ row }) => row);
  console.log(tableOf(rows));
  for (const line of quoteErrorLines(rows)) console.log(line);
  const limits = options.bound ? bounds(city, options) : [];
  for (const { fleet, served_pct, wait_s } of limits)
    console.log(`with all of the future known, ${fleet} cars: ${served_pct} % served, ${wait_s} s`);
  if (options.plots !== undefined) drawPlots(options.plots, measured);
  const report = {
    command: `npm run bench:quality -- ${process.argv.slice(2).join(' ')}`,
    synthetic: options.recorded === undefined,
    seed: options.seed,
    rows,
    bounds: limits,
    ...describeMachine({}),
    data,
  };
  writeReport(report, options.json);
  // Again at the end: the progress of a long run has scrolled the first one away.
  for (const line of dataLines) console.log(line);
  if (rows.every(({ requests }) => requests > 0)) return 0;
  console.error('nothing measured: no request after the first hour of the window');
  return 1;
}

function openCity({ recorded, from, to }: CommandLine): { city: StreetCity; report?: DataReport } {
  if (recorded === undefined) {
    console.log('synthetic city: compare these figures with each other, not with those of recorded demand');
    return { city: syntheticCity(from, to) };
  }
  requireExisting(recorded.trips, '--trips', 'file');
  requireStreets(recorded.streets);
  return StreetCity.open(recorded.streets, recorded.trips);
}

await runCommand(main);
