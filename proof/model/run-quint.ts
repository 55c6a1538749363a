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
  /** In how many of the runs each witness was true. */
  readonly witnessed: Readonly<Record<string, number>>;
  /** Shows the run that violates the invariants, step by step; undefined when none does. */
  readonly replay: string | undefined;
}

const MODEL = join('proof', 'model', 'mutants.qnt');
/** Far above what the most samples that make sense here take; past it Quint is ended and the check fails. */
const QUINT_TIMEOUT_MS = 3_600_000;

/** Follows random runs of the model by Quint's simulator, and says which invariants broke. */
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

/** Reads what Quint says. Anything but a verdict is an error: a model that does not parse violates nothing. */
export function readOutput(output: string, exploration: Exploration): Explored {
  const isViolated = output.includes('[violation]');
  if (!isViolated && !output.includes('[ok]')) throw new Error(`quint gave no verdict:\n${output}`);
  const named = [...output.matchAll(/❌ (\w+)/g)].map(([, name = '']) => name);
  const witnessed = [...output.matchAll(/^(\w+) was witnessed in (\d+) trace/gm)].map(
    ([, name = '', count]) => [name, Number(count)] as const,
  );
  const seed = Number(/--seed=(0x[0-9a-f]+)/.exec(output)?.[1] ?? exploration.seed);
  return {
    // A single invariant is not named.
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
