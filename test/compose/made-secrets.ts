import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryDirectory, type TemporaryDirectory } from '../../dev/process/temporary-directory.ts';
import { ROOT } from './compose-file.ts';

/** What `npm run compose:secrets` makes, in a temporary directory. */
export class MadeSecrets {
  readonly #directory: TemporaryDirectory;
  /** Of `.env`. */
  readonly variables: Readonly<Record<string, string>>;

  private constructor(directory: TemporaryDirectory) {
    this.#directory = directory;
    const lines = readFileSync(this.path('.env'), 'utf8').trim().split('\n');
    this.variables = Object.fromEntries(lines.map((line) => line.split('=') as [string, string]));
  }

  static async make(): Promise<MadeSecrets> {
    const directory = temporaryDirectory('compose-secrets');
    await MadeSecrets.run(directory.path);
    return new MadeSecrets(directory);
  }

  static async run(out: string): Promise<void> {
    const command = ['--conditions=source', 'ops/compose-secrets.ts', '--out', out];
    await promisify(execFile)(process.execPath, command, { cwd: ROOT });
  }

  /** Where a file of the folder of docker-compose.yml is. */
  path(file = ''): string {
    return join(this.#directory.path, file);
  }

  remove(): void {
    this.#directory.remove();
  }
}
