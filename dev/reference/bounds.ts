import ts from 'typescript';
import { code, markdownPage, markdownTable } from './markdown-page.ts';
import { NOT_BOUNDS } from './not-bounds.ts';
import { amountOf } from './amount.ts';
import {
  constantsOf,
  partOf,
  productSources,
  sdkSources,
  sourceFile,
  type Constant,
} from './source-files.ts';

const INTRODUCTION = `Every queue, loop, cache and timeout has a named bound. The tables show every numeric constant of the apps,
libs and SDK, and of the failover in \`dev/\`, with its meaning. Conversions between units, codes, sentinels and binary
layouts are left out (\`dev/reference/not-bounds.ts\`). Times are in service time unless the comment says otherwise. A
variable in [configuration.md](configuration.md) replaces a constant that begins with \`DEFAULT_\`. The limits of a WebSocket
(connections, frame rate, bad frames, waiting bytes, silence) are \`STREAM_LIMITS\` in \`libs/stream/stream-limits.ts\`.`;

/** Files of dev/ with bounds that matter to an operator: the failover of Postgres. */
const FAILOVER_FILES = ['dev/postgres/failover/cut-off.ts', 'dev/postgres/failover/silence.ts'];

/** A conversion such as `MS_PER_S`. */
const CONVERSION = /^(?:MS|SECONDS|MINUTES|HOURS|METERS|RADIANS)_PER_(?:S|MIN|HOUR|DAY|WEEK|KM|DEGREE)$/;

interface Bound {
  name: string;
  value: number;
  path: string;
  question: string;
}

export function boundsPage(): Promise<string> {
  const bounds = allBounds();
  const parts = [...new Set(bounds.map(({ path }) => partOf(path)))];
  const sections = parts.flatMap((part) => [
    `## ${part}`,
    markdownTable(
      ['bound', 'value', 'meaning', 'file'],
      bounds
        .filter(({ path }) => partOf(path) === part)
        .map(({ name, value, path, question }) => [
          code(name),
          amountOf(name, value),
          question,
          code(path.slice(part.length + 1)),
        ]),
    ),
  ]);
  return markdownPage('Bounds', INTRODUCTION, ...sections);
}

function allBounds(): Bound[] {
  const files = [...productSources(), ...sdkSources(), ...FAILOVER_FILES.map((path) => sourceFile(path))].map(
    (file) => ({
      path: file.path,
      constants: constantsOf(file),
    }),
  );
  refuseUnknownExceptions(files);
  const byName = new Map(
    files.flatMap(({ constants }) => constants.map((constant) => [constant.name, constant])),
  );
  return files.flatMap(({ path, constants }) => {
    const here = new Map(constants.map((constant) => [constant.name, constant]));
    return constants.flatMap((constant) => {
      const value = valueOf(constant.initializer, (name) => here.get(name) ?? byName.get(name));
      if (value === undefined || !isBound(path, constant, value)) return [];
      const { name, comment } = constant;
      if (comment === '') throw new Error(`${name} in ${path} needs a comment: what does it bound?`);
      return [{ name, value, path, question: comment }];
    });
  });
}

/** Throws for an exception whose file or constant no longer exists. */
function refuseUnknownExceptions(files: readonly { path: string; constants: Constant[] }[]): void {
  for (const [path, { names }] of Object.entries(NOT_BOUNDS)) {
    const constants = files.find((file) => file.path === path)?.constants ?? [];
    const unknown = names.filter((name) => !constants.some((constant) => constant.name === name));
    if (unknown.length > 0)
      throw new Error(`dev/reference/not-bounds.ts: ${path} has no ${unknown.join(', ')}`);
  }
}

function isBound(path: string, { name, initializer }: Constant, value: number): boolean {
  if (!/^[A-Z][A-Z0-9_]*$/.test(name) || CONVERSION.test(name)) return false;
  // A negative number is a sentinel; a hexadecimal or octal one is a bit pattern.
  if (value < 0 || /^0[xo]/.test(initializer.getText())) return false;
  return !(NOT_BOUNDS[path]?.names.includes(name) ?? false);
}

/** The value of a numeric expression; undefined for any other expression. */
function valueOf(
  expression: ts.Expression,
  constant: (name: string) => Constant | undefined,
): number | undefined {
  if (ts.isNumericLiteral(expression)) return Number(expression.text);
  if (ts.isParenthesizedExpression(expression)) return valueOf(expression.expression, constant);
  if (ts.isPropertyAccessExpression(expression))
    return expression.getText() === 'Math.PI' ? Math.PI : undefined;
  if (ts.isIdentifier(expression)) {
    const named = constant(expression.text);
    return named === undefined ? undefined : valueOf(named.initializer, constant);
  }
  if (ts.isPrefixUnaryExpression(expression)) {
    const operand = valueOf(expression.operand, constant);
    return operand === undefined || expression.operator !== ts.SyntaxKind.MinusToken ? undefined : -operand;
  }
  if (!ts.isBinaryExpression(expression)) return undefined;
  const left = valueOf(expression.left, constant);
  const right = valueOf(expression.right, constant);
  const operation = OPERATIONS[expression.operatorToken.getText()];
  return left === undefined || right === undefined || operation === undefined
    ? undefined
    : operation(left, right);
}

const OPERATIONS: Readonly<Record<string, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '**': (left, right) => left ** right,
};
