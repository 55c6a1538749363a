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

/**
 * Maximum number of builds kept, most recently used first. A running service loses its build only after this many
 * newer ones.
 */
export const KEPT_BUILDS = 20;

const OUTPUTS = ['apps', 'libs', 'packages'];
const PARTIAL = '.partial';
/** Like the package.json of the checkout, but resolves `#libs/*` and `#sdk` to what is in the same build. */
const PACKAGE = {
  type: 'module',
  imports: { '#libs/*': './libs/*/index.js', '#sdk': './packages/sdk/index.js' },
};

/**
 * Immutable copies of the compiler's output, one per source hash. Services run from a copy, so that a later build
 * cannot replace their files. A copy is complete or absent.
 */
export class FrozenBuilds {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Returns the build's directory and marks it as used; undefined if there is none. */
  use(hash: string): string | undefined {
    const build = join(this.#directory, hash);
    if (!existsSync(build)) return undefined;
    const now = new Date();
    utimesSync(build, now, now);
    return build;
  }

  /** Copies the compiled `output`, and removes the least recently used builds. */
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

/** Corrects the relative paths to the sources, since the copy is deeper in the tree than the original. */
function aimSourceMaps(copy: string, original: string): void {
  for (const file of globSync('**/*.js.map', { cwd: copy })) {
    const path = join(copy, file);
    const wayBack = relative(dirname(path), dirname(join(original, file)));
    const map = JSON.parse(readFileSync(path, 'utf8')) as { sources: string[] };
    map.sources = map.sources.map((source) => posix.join(wayBack, source));
    writeFileSync(path, JSON.stringify(map));
  }
}
