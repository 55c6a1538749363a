/** `npm run bench:quality`: how well riders are served, by policy, fleet and number of matchers, on recorded demand. */
import { writeFileSync } from 'node:fs';
import { describeMachine } from '../../stack/machine/describe-machine.ts';
import { readCommandLine, type CommandLine } from './command-line.ts';
import type { RunResult } from './kpis.ts';
import type { Troubles } from './options.ts';
import { drawPlots, type PlottedRuns } from './plots.ts';
import { policyNamed } from './policies.ts';
import { reportRow, tableOf, type ReportRow } from './report.ts';
import { Simulation } from './simulation.ts';
import { StreetCity } from './street-city.ts';

function main(): void {
  const options = readCommandLine(process.argv);
  const city = StreetCity.open(options.streets, options.trips);
  const rows: ReportRow[] = [];
  const plotted: PlottedRuns[] = [];
  for (const shards of options.shards)
    for (const fleet of options.fleet)
      for (const policy of options.policy) {
        const runs = Array.from({ length: options.seeds }, (_, run) =>
          simulate(city, policy, fleet, shards, run + 1, options),
        );
        const row = reportRow(policy, fleet, shards, runs);
        rows.push(row);
        plotted.push({ row, runs });
        process.stderr.write(
          `${policy}, ${fleet} cars, ${shards} matchers: ${row.served_pct.mean} % served, ${row.wait_s.mean} s\n`,
        );
      }
  console.log(tableOf(rows));
  if (options.plots !== undefined) drawPlots(options.plots, plotted);
  const report = {
    command: `npm run bench:quality -- ${process.argv.slice(2).join(' ')}`,
    rows,
    ...describeMachine({}),
  };
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, undefined, 2)}\n`);
}

function simulate(
  city: StreetCity,
  policy: string,
  fleet: number,
  matchers: number,
  seed: number,
  options: CommandLine,
): RunResult {
  return new Simulation(city, policyNamed(policy), {
    fromS: options.from,
    toS: options.to,
    fleet,
    seed,
    matchers,
    maxWaitS: options.maxWait,
    roundS: options.round,
    troubles: troublesOf(options),
  }).run();
}

function troublesOf({ etaNoise, declines, cancels, stale, following, failover }: CommandLine): Troubles {
  return { etaNoise, declines, cancels, staleS: stale, following, failover };
}

main();
