import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';

/** Those used last; one that services still run from is among them unless as many others were built since. */
export const KEPT_BUILDS = 20;

const OUTPUTS = ['apps', 'libs'];
const PARTIAL = '.partial';
/** As in the package.json of the checkout, but with the libs of this very build. */
const PACKAGE = { type: 'module', imports: { '#libs/*': './libs/*/index.js' } };

/**
 * Copies of what was compiled, one for each state of the sources, that nothing changes any more: services run from
 * there, and a later build does not pull files from under them. A copy is there as a whole or not at all.
 */
export class FrozenBuilds {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** The build's directory, which counts as used now; undefined where there is none. */
  use(hash: string): string | undefined {
    const build = join(this.#directory, hash);
    if (!existsSync(build)) return undefined;
    const now = new Date();
    utimesSync(build, now, now);
    return build;
  }

  /** Copies what lies compiled in `output`, and forgets the builds that were not used for longest. */
  freeze(hash: string, output: string): string {
    const build = join(this.#directory, hash);
    const partial = build + PARTIAL;
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial, { recursive: true });
    for (const part of OUTPUTS) cpSync(join(output, part), join(partial, part), { recursive: true });
    aimSourceMaps(partial, output);
    writeFileSync(join(partial, 'package.json'), JSON.stringify(PACKAGE));
    renameSync(partial, build);
    this.#prune();
    return build;
  }

  #prune(): void {
    const builds = readdirSync(this.#directory)
      .map((name) => join(this.#directory, name))
      .map((path) => ({ path, usedAtMs: path.endsWith(PARTIAL) ? 0 : statSync(path).mtimeMs }))
      .toSorted((one, other) => other.usedAtMs - one.usedAtMs);
    for (const { path } of builds.slice(KEPT_BUILDS)) rmSync(path, { recursive: true, force: true });
  }
}

/** The copy lies deeper than the original, and so its way back to the sources is longer. */
function aimSourceMaps(copy: string, original: string): void {
  for (const file of globSync('**/*.js.map', { cwd: copy })) {
    const path = join(copy, file);
    const wayBack = relative(dirname(path), dirname(join(original, file)));
    const map = JSON.parse(readFileSync(path, 'utf8')) as { sources: string[] };
    map.sources = map.sources.map((source) => posix.join(wayBack, source));
    writeFileSync(path, JSON.stringify(map));
  }
}
