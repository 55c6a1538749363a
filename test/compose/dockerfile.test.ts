import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ROOT } from './compose-file.ts';
import { readStages, withBases } from './dockerfile.ts';

const stages = readStages();
const instructions = stages.flatMap((stage) => stage.instructions);
const copies = instructions.filter(({ keyword }) => keyword === 'COPY').map(({ text }) => text.split(' '));
const ownSources = copies
  .filter(([first]) => !first!.startsWith('--from='))
  .flatMap((parts) => parts.slice(0, -1));

test('everything copied from the checkout exists', () => {
  expect(ownSources.length).toBeGreaterThan(5);
  expect(ownSources.filter((source) => !existsSync(ROOT + source))).toStrictEqual([]);
});

test('no copied file is excluded from the build context', () => {
  const allowed = readFileSync(`${ROOT}.dockerignore`, 'utf8').match(/(?<=^!).+$/gm);
  expect(allowed).toStrictEqual(expect.arrayContaining([...new Set(ownSources)]));
});

test('the commands of operators come without sources for development', () => {
  const migrate = stages.find(({ name }) => name === 'migrate');
  const sources = migrate?.instructions.filter(({ keyword }) => keyword === 'COPY').map(({ text }) => text);
  expect(sources).toStrictEqual(['ops ops', 'libs libs', 'migrations migrations']);
});

test('copies between stages come from earlier stages', () => {
  for (const [index, stage] of stages.entries()) {
    const froms = stage.instructions.flatMap(({ text }) => /^--from=(\w+)/.exec(text)?.[1] ?? []);
    const earlier = stages.slice(0, index).map(({ name }) => name);
    expect(earlier).toStrictEqual(expect.arrayContaining(froms));
  }
});

test('the base is a pinned version of the Node that package.json requires', () => {
  const bases = new Set(stages.map(({ base }) => base).filter((base) => base.includes(':')));
  expect([...bases]).toStrictEqual([expect.stringMatching(/^node:24\.\d+\.\d+-bookworm-slim$/)]);
});

test.each(['service', 'migrate'])(
  '%s runs unprivileged, on production packages, without a shell',
  (target) => {
    const all = withBases(stages, target);
    expect(all.filter(({ keyword }) => keyword === 'USER').at(-1)?.text).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(all.at(-1)).toMatchObject({ keyword: 'ENTRYPOINT', text: expect.stringMatching(/^\["node", /) });
    expect(all.map(({ text }) => text)).toContain('--from=dependencies /app/node_modules node_modules');
  },
);

test('the image has the packages of the lock file without development packages', () => {
  const runs = withBases(stages, 'dependencies').filter(({ keyword }) => keyword === 'RUN');
  expect(runs.map(({ text }) => text).join()).toContain('npm ci --omit=dev');
});

test('an instance is healthy when it reports ready', () => {
  const healthcheck = withBases(stages, 'service').find(({ keyword }) => keyword === 'HEALTHCHECK');
  expect(healthcheck?.text).toContain('/health/ready');
});
