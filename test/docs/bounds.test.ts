import { expect, test } from 'vitest';
import { readText, tableRows } from './markdown.ts';

const rows = tableRows(readText('docs/bounds.md'), 'bound');

/** The value of `const NAME = 64 * 1024;` in a source text. */
function constantIn(source: string, name: string): number | undefined {
  const factors = new RegExp(`^(?:export )?const ${name} = ([\\d_ *]+);`, 'm').exec(source)?.[1]?.split('*');
  return factors
    ?.map((factor) => Number(factor.replaceAll('_', '')))
    .reduce((product, factor) => product * factor, 1);
}

test.each(rows.map(([name, value, file]) => ({ name: name!, value: value!, file: file! })))(
  '$name is $value',
  ({ name, value, file }) => {
    expect(constantIn(readText(file), name)).toBe(Number(value));
  },
);
