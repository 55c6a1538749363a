/** `npm run build`, `check`, `docs`, `format` and `lint`: commands over the sources of this checkout. */
import { Command } from 'commander';
import { ensureBuilt } from './build/ensure-built.ts';
import { DOCS, FORMAT, LINT, runStaticChecks, runStep } from './checks/steps.ts';
import { runCommand } from '../ops/command-line/run-command.ts';

const COMMANDS = {
  build: command('build', 'Compiles apps and libs into dist/, unless dist/ is up to date.', async () => {
    console.log((await ensureBuilt()) ? 'built into dist/' : 'dist/ is up to date');
    return 0;
  }),
  check: command('check', 'Checks format, lint, types, import rules, migrations and dead code.', () =>
    runStaticChecks(),
  ),
  docs: command('docs', 'Writes docs/reference/ from the code and from a migrated database.', () =>
    runStep(DOCS),
  ),
  format: command('format', 'Rewrites every file that is not formatted.', () => runStep(FORMAT)),
  lint: lintCommand(),
} satisfies Record<string, Command>;

function command(name: string, description: string, run: () => Promise<number>): Command {
  return new Command(`npm run ${name} --`).description(description).action(() => runCommand(run));
}

function lintCommand(): Command {
  return new Command('npm run lint --')
    .description('Lints the sources with oxlint, using types.')
    .argument('[path...]', 'files and folders; default: all sources')
    .option('--fix', 'fix what oxlint can fix')
    .action((paths: string[], { fix }: { fix?: boolean }) =>
      runCommand(() => runStep({ ...LINT, args: [...LINT.args, ...(fix ? ['--fix'] : []), ...paths] })),
    );
}

const [name = '', ...args] = process.argv.slice(2);
const chosen = Object.entries(COMMANDS).find(([known]) => known === name)?.[1];
if (chosen === undefined) throw new Error(`dev/sources.ts takes one of ${Object.keys(COMMANDS).join(', ')}`);
await chosen.parseAsync(args, { from: 'user' });
