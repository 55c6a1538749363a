/**
 * `npm run test:soak`: runs each test file that starts processes many times, alone or beside busy loops, to find tests
 * that pass only on a fast and quiet machine. A failure is a defect of the test or of what it tests, never of the machine.
 */
import { Command } from 'commander';
import { ensureBuilt } from './build/ensure-built.ts';
import { describeMachine } from './machine/describe-machine.ts';
import { startBusyLoops } from './soak/busy-loops.ts';
import { runFile, summarize, type SoakedFile, type SoakRun } from './soak/soak-file.ts';
import { soakedFiles } from './soak/soaked-files.ts';
import { wholeNumber } from '../ops/command-line/number-arguments.ts';
import { runCommand } from '../ops/command-line/run-command.ts';
import { writeReport } from '../ops/command-line/json-report.ts';
import { pathArgument } from '../ops/command-line/path-argument.ts';

interface SoakOptions {
  runs: number;
  load: number;
  json?: string;
}

const MAX_RUNS = 1_000;
const MAX_LOAD = 64;

const command = new Command('npm run test:soak --')
  .description('Runs each test file that starts processes many times, alone or beside busy loops.')
  .argument('[paths...]', 'only files whose path contains one of these')
  .option('--runs <n>', 'how often each file runs', wholeNumber(1, MAX_RUNS), 20)
  .option('--load <n>', 'busy loops beside the tests', wholeNumber(0, MAX_LOAD), 0)
  .option('--json <file>', 'writes the table and the output of failed runs there', pathArgument)
  .parse();

await runCommand(async () => {
  const { runs, load, json } = command.opts<SoakOptions>();
  await ensureBuilt();
  const stopLoops = startBusyLoops(load);
  const files: SoakedFile[] = [];
  try {
    for (const file of soakedFiles(command.args)) {
      const soaked = await soak(file, runs);
      files.push(soaked);
      console.log(lineOf(soaked));
      for (const output of soaked.outputs) console.log(output);
    }
  } finally {
    stopLoops();
  }
  const failures = files.reduce((sum, file) => sum + file.failures, 0);
  console.log(`${files.length} files, ${runs} runs each beside ${load} busy loops: ${failures} failures`);
  writeReport({ command: 'test:soak', machine: describeMachine({}), runs, load, failures, files }, json);
  return failures === 0 ? 0 : 1;
});

async function soak(file: string, runs: number): Promise<SoakedFile> {
  const done: SoakRun[] = [];
  while (done.length < runs) done.push(await runFile(file));
  return summarize(file, done);
}

function lineOf({ file, runs, failures, medianS, maxS }: SoakedFile): string {
  const mark = failures === 0 ? '✓' : '✗';
  return `${mark} ${file}: ${failures} of ${runs} failed, median ${medianS.toFixed(1)} s, max ${maxS.toFixed(1)} s`;
}
