/** `npm run sbom`: writes which packages a production installation contains. */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Command } from 'commander';
import { z } from 'zod';
import { pathArgument } from './command-line/path-argument.ts';
import { runCommand } from './command-line/run-command.ts';

const CHECKOUT = dirname(import.meta.dirname);
/** What npm may print: about 1 kB a package. */
const MAX_OUTPUT_BYTES = 32 * 1024 * 1024;

const bill = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  metadata: z.looseObject({ component: z.looseObject({ name: z.string() }) }),
  components: z.array(z.looseObject({ 'bom-ref': z.string(), name: z.string(), version: z.string() })),
  dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.array(z.string()) })),
});
type Bill = z.infer<typeof bill>;

const lockFile = z.object({
  packages: z.record(z.string(), z.object({ version: z.string().optional(), dev: z.boolean().optional() })),
});

const { out } = new Command('npm run sbom --')
  .description(
    'Writes a software bill of materials (CycloneDX JSON): every package of package-lock.json that a production ' +
      'installation contains, with version, licence and checksum. Packages for development only are left out.',
  )
  .requiredOption('--out <file>', 'file to write to', pathArgument)
  .parse()
  .opts<{ out: string }>();

await runCommand(async () => {
  const { stdout } = await promisify(execFile)(
    'npm',
    ['sbom', '--sbom-format=cyclonedx', '--package-lock-only'],
    { cwd: CHECKOUT, maxBuffer: MAX_OUTPUT_BYTES, shell: process.platform === 'win32' },
  );
  const sbom = ofProduction(bill.parse(JSON.parse(stdout)));
  // npm takes the name of the folder.
  sbom.metadata.component.name = packageName();
  writeFileSync(out, `${JSON.stringify(sbom, undefined, 2)}\n`);
  console.log(`${sbom.components.length} packages are in ${out}`);
  return 0;
});

/**
 * Without what only development installs, by the lock file. npm's own `--omit=dev` leaves out packages of production too, if
 * development needs them as well: zod, rxjs and pg-types were missing. Its mark of what is for development is that of one of the
 * places of a package: fast-uri was missing, which both install.
 */
function ofProduction(sbom: Bill): Bill {
  const installed = productionPackages();
  const dropped = new Set(
    sbom.components
      .filter(({ name, version }) => !installed.has(`${name}@${version}`))
      .map((component) => component['bom-ref']),
  );
  return {
    ...sbom,
    components: sbom.components.filter((component) => !dropped.has(component['bom-ref'])),
    dependencies: sbom.dependencies
      .filter(({ ref }) => !dropped.has(ref))
      .map((entry) => ({ ...entry, dependsOn: entry.dependsOn.filter((ref) => !dropped.has(ref)) })),
  };
}

/** `name@version` of every package that a production installation has, wherever it is. */
function productionPackages(): Set<string> {
  const { packages } = lockFile.parse(JSON.parse(readFileSync(join(CHECKOUT, 'package-lock.json'), 'utf8')));
  const places = Object.entries(packages).filter(([path, { dev }]) => path !== '' && dev !== true);
  return new Set(
    places.map(([path, { version = '' }]) => `${path.replace(/^.*node_modules\//, '')}@${version}`),
  );
}

function packageName(): string {
  const text = readFileSync(join(CHECKOUT, 'package.json'), 'utf8');
  return z.object({ name: z.string() }).parse(JSON.parse(text)).name;
}
