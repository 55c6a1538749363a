/** `npm run build`: compiles apps and libs into dist/ where that is stale. */
import { ensureBuilt } from './build/ensure-built.ts';
import { runCommand } from '../ops/command-line/run-command.ts';

await runCommand(async () => {
  console.log((await ensureBuilt()) ? 'built into dist/' : 'dist/ is up to date');
  return 0;
});
