/** `npm run bench:quality`: how well riders are served by policy, fleet and number of matchers, on recorded or synthetic demand. */
import { describeMachine } from '../../../dev/machine/describe-machine.ts';
import { writeReport } from '../../../ops/command-line/json-report.ts';
import { requireExisting, requireStreets } from '../../../ops/command-line/path-argument.ts';
import { runCommand } from '../../../ops/command-line/run-command.ts';
import { readCommandLine, type CommandLine } from './command-line.ts';
import { measure } from './measure.ts';
import { drawPlots } from './plots.ts';
import { tableOf } from './report.ts';
import { StreetCity } from './street-city.ts';
import { syntheticCity } from './synthetic-city.ts';

function main(): number {
  const options = readCommandLine(process.argv);
  const city = openCity(options);
  const measured = measure(city, options, ({ policy, fleet, shards, served_pct, wait_s }) => {
    process.stderr.write(
      `${policy}, ${fleet} cars, ${shards} matchers: ${served_pct.mean} % served, ${wait_s.mean} s\n`,
    );
  });
  const rows = measured.map(({ row }) => row);
  console.log(tableOf(rows));
  if (options.plots !== undefined) drawPlots(options.plots, measured);
  const report = {
    command: `npm run bench:quality -- ${process.argv.slice(2).join(' ')}`,
    synthetic: options.recorded === undefined,
    seed: options.seed,
    rows,
    ...describeMachine({}),
  };
  writeReport(report, options.json);
  return 0;
}

function openCity({ recorded, from, to }: CommandLine): StreetCity {
  if (recorded === undefined) {
    console.log('synthetic city: compare these figures with each other, not with those of recorded demand');
    return syntheticCity(from, to);
  }
  requireExisting(recorded.trips, '--trips', 'file');
  requireStreets(recorded.streets);
  return StreetCity.open(recorded.streets, recorded.trips);
}

await runCommand(main);
