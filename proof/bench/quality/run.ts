/** `npm run bench:quality`: how well riders are served, by policy, fleet and number of matchers, on recorded demand. */
import { writeFileSync } from 'node:fs';
import { describeMachine } from '../../../dev/machine/describe-machine.ts';
import { runCommand } from '../../../ops/command-line/run-command.ts';
import { readCommandLine } from './command-line.ts';
import { measure } from './measure.ts';
import { drawPlots } from './plots.ts';
import { tableOf } from './report.ts';
import { StreetCity } from './street-city.ts';

function main(): number {
  const options = readCommandLine(process.argv);
  const city = StreetCity.open(options.streets, options.trips);
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
    seed: options.seed,
    rows,
    ...describeMachine({}),
  };
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, undefined, 2)}\n`);
  return 0;
}

await runCommand(main);
