import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import ts from 'typescript';
import { temporaryDirectory } from '../process/temporary-directory.ts';
import { bundleApps, bundledEntry } from './bundle-apps.ts';

function build(sources: Readonly<Record<string, string>>): string {
  const checkout = temporaryDirectory('bundle');
  onTestFinished(() => checkout.remove());
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(checkout.path, path)), { recursive: true });
    writeFileSync(join(checkout.path, path), text);
  };
  write('package.json', JSON.stringify({ type: 'module', imports: { '#libs/*': './libs/*/index.js' } }));
  write('node_modules/package-above/index.js', 'export const above = 1;');
  write('node_modules/package-above/package.json', '{"type":"module","exports":"./index.js"}');
  for (const [path, source] of Object.entries(sources)) {
    const compilerOptions = {
      sourceMap: true,
      target: ts.ScriptTarget.ESNext,
      module: ts.ModuleKind.ESNext,
    };
    const { outputText, sourceMapText = '' } = ts.transpileModule(source, {
      fileName: `${path}.ts`,
      compilerOptions,
    });
    write(`${path}.js`, outputText);
    write(`${path}.js.map`, sourceMapText);
  }
  return checkout.path;
}

test('a bundled app needs no file of its build, and its stack traces lead to the sources', async () => {
  const directory = build({
    'apps/taxi/main': `import { NAME } from '#libs/name';
import { above } from 'package-above';
interface OnlyForTypes { lost: 'in compiling' }

console.log(NAME, above, class Named {}.name);
throw new Error('here');
`,
    'libs/name/index': `export const NAME: string = 'first';\n`,
  });
  await bundleApps(directory);
  const moved = bundledEntry(directory, 'taxi');
  const { stdout, stderr } = spawnSync(process.execPath, ['--enable-source-maps', moved], {
    encoding: 'utf8',
  });
  expect(stdout).toBe('first 1 Named\n');
  expect(stderr).toMatch(/apps\/taxi\/main\.ts:6/);
});
