import { Command, InvalidArgumentError } from 'commander';
import { wholeNumber } from '../../ops/command-line/number-arguments.ts';
import { pathArgument } from '../../ops/command-line/path-argument.ts';

/** What is attacked, in the order of a run. */
export const ATTACK_GROUPS = [
  'bus',
  'tokens',
  'people',
  'evidence',
  'supply',
  'text',
  'webhooks',
  'operators',
  'limits',
] as const;
export type AttackGroup = (typeof ATTACK_GROUPS)[number];

/** Options of `npm run attack`. */
export interface AttackOptions {
  seed: number;
  only: readonly AttackGroup[];
  json?: string;
  keep: boolean;
}

const LAST_SEED = 2 ** 31 - 1;

export function readAttackOptions(argv: readonly string[]): AttackOptions {
  const given = new Command('npm run attack --')
    .description(
      'Starts a whole city on loopback with the limits of production, attacks it, and reports which attacks worked. ' +
        'Exit code 0 only where none works and each could be carried out.',
    )
    .option('--only <list>', `all groups (the default), or some of ${ATTACK_GROUPS.join(', ')}`, parseGroups)
    .option('--seed <n>', 'chooses the places of cars and riders', wholeNumber(0, LAST_SEED), 1)
    .option('--json <file>', 'write the findings to this file as JSON', pathArgument)
    .option('--keep', 'leave data and logs in place at the end', false)
    .helpOption('--help', 'show this')
    .parse(argv, { from: 'user' })
    .opts<Partial<Pick<AttackOptions, 'only'>> & Omit<AttackOptions, 'only'>>();
  return { ...given, only: given.only ?? ATTACK_GROUPS };
}

function parseGroups(text: string): AttackGroup[] {
  return text.split(',').map((name) => {
    const group = ATTACK_GROUPS.find((known) => known === name);
    if (group === undefined) throw new InvalidArgumentError(`It takes some of ${ATTACK_GROUPS.join(', ')}.`);
    return group;
  });
}
