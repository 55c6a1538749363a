import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { CHECKOUT } from '../../dev/build/checkout.ts';

export interface Exploration {
  /** Module of mutants.qnt: `design`, or a mutant. */
  readonly module: string;
  readonly samples: number;
  readonly steps: number;
  readonly seed: number;
  readonly invariants: readonly string[];
  readonly witnesses?: readonly string[];
}

export interface Explored {
  readonly violated: readonly string[];
  /** Number of runs in which each witness was true. */
  readonly witnessed: Readonly<Record<string, number>>;
  /** Command that shows the violating run step by step; undefined if there is none. */
  readonly replay: string | undefined;
}

const MODEL = join('proof', 'model', 'mutants.qnt');
/** Far above the largest useful number of samples; then Quint is ended and the check fails. */
const QUINT_TIMEOUT_MS = 3_600_000;

/** Explores random runs of the model with Quint's simulator, and reports the violated invariants. */
export async function runQuint(exploration: Exploration): Promise<Explored> {
  const { samples, seed, witnesses = [] } = exploration;
  const output = await outputOf([
    ...argumentsFor(exploration, seed),
    `--max-samples=${samples}`,
    '--verbosity=1',
    ...(witnesses.length > 0 ? ['--witnesses', ...witnesses] : []),
  ]);
  return readOutput(output, exploration);
}

/** Parses Quint's output. A missing verdict is an error: a model that does not parse violates nothing. */
export function readOutput(output: string, exploration: Exploration): Explored {
  const isViolated = output.includes('[violation]');
  if (!isViolated && !output.includes('[ok]')) throw new Error(`quint gave no verdict:\n${output}`);
  const named = [...output.matchAll(/❌ (\w+)/g)].map(([, name = '']) => name);
  const witnessed = [...output.matchAll(/^(\w+) was witnessed in (\d+) trace/gm)].map(
    ([, name = '', count]) => [name, Number(count)] as const,
  );
  const seed = Number(/--seed=(0x[0-9a-f]+)/.exec(output)?.[1] ?? exploration.seed);
  return {
    // Quint does not name a single invariant.
    violated: isViolated && named.length === 0 ? exploration.invariants : named,
    witnessed: Object.fromEntries(witnessed),
    replay: isViolated ? `npx quint ${argumentsFor(exploration, seed).join(' ')}` : undefined,
  };
}

function argumentsFor({ module, steps, invariants }: Exploration, seed: number): string[] {
  return [
    'run',
    MODEL,
    `--main=${module}`,
    '--backend=typescript',
    `--max-steps=${steps}`,
    `--seed=0x${seed.toString(16)}`,
    '--invariants',
    ...invariants,
  ];
}

function outputOf(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(CHECKOUT, 'node_modules', '.bin', 'quint'), args, {
      cwd: CHECKOUT,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: QUINT_TIMEOUT_MS,
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('close', () => resolve(output));
  });
}
