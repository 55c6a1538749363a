import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHECKOUT } from '../dev/build/checkout.ts';
import { temporaryDirectory } from '../dev/process/temporary-directory.ts';

interface LockedPackage {
  version: string;
  dev?: boolean;
}
interface Component {
  name: string;
  version: string;
  purl: string;
}
interface Sbom {
  bomFormat: string;
  specVersion: string;
  metadata: { component: { name: string } };
  components: Component[];
}

const directory = temporaryDirectory('sbom-test');
let sbom: Sbom;

beforeAll(async () => {
  const out = join(directory.path, 'sbom.json');
  const script = join(CHECKOUT, 'ops', 'sbom.ts');
  await promisify(execFile)(process.execPath, ['--conditions=source', script, '--out', out]);
  sbom = read(out) as Sbom;
});
afterAll(() => directory.remove());

test('is CycloneDX, of this package', () => {
  expect(sbom).toMatchObject({ bomFormat: 'CycloneDX', metadata: { component: { name: 'hailgrid' } } });
  expect(Number(sbom.specVersion)).toBeGreaterThanOrEqual(1.5);
  for (const { purl } of sbom.components) expect(purl).toMatch(/^pkg:npm\/.+@\d/);
});

test('has every locked package of production, and none for development only', () => {
  const { packages } = read(join(CHECKOUT, 'package-lock.json')) as {
    packages: Record<string, LockedPackage>;
  };
  const locked = Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && dev !== true)
    .map(([path, { version }]) => `${path.slice(path.lastIndexOf('node_modules/') + 13)}@${version}`);
  const listed = sbom.components.map(({ name, version }) => `${name}@${version}`);
  expect(listed.toSorted()).toEqual([...new Set(locked)].toSorted());
});

test('has the direct dependencies in the pinned versions', () => {
  const manifest = read(join(CHECKOUT, 'package.json')) as Record<
    'dependencies' | 'devDependencies',
    Record<string, string>
  >;
  const listed = new Set(sbom.components.map(({ name, version }) => `${name}@${version}`));
  const names = new Set(sbom.components.map(({ name }) => name));
  for (const [name, version] of Object.entries(manifest.dependencies))
    expect(listed).toContain(`${name}@${version}`);
  for (const name of ['typescript', 'vitest', 'fast-check']) {
    expect(manifest.devDependencies).toHaveProperty([name]);
    expect(names.has(name)).toBe(false);
  }
});

function read(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
