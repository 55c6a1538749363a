/** `npm run api:release`: makes the documents of the API as they are the baseline that later ones are compared with. */
import { Command } from 'commander';
import { runCommand } from '../ops/command-line/run-command.ts';

new Command('npm run api:release --')
  .description('Writes docs/api/: the documents that a later change must not break.')
  .parse();

await runCommand(async () => {
  const { releaseDocuments } = await import('./api/released-documents.ts');
  releaseDocuments();
  return 0;
});
