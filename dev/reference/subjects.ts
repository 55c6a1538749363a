import ts from 'typescript';
import { z } from 'zod';
import * as contracts from '#libs/contracts';
import { code, markdownPage, markdownTable } from './markdown-page.ts';
import {
  constantsOf,
  nodesOf,
  partOf,
  productSources,
  type Constant,
  type SourceFile,
} from './source-files.ts';

const INTRODUCTION = `Every NATS subject. Commands are defined in \`libs/contracts/commands/\`, the other subjects in
\`libs/contracts/subjects.ts\`. Text in angle brackets is an id. A timeout is in service time; after it the caller answers
\`unavailable\` without knowing the outcome.`;

const SUBJECTS_FILE = 'libs/contracts/subjects.ts';
const COMMANDS_FOLDER = 'libs/contracts/commands/';

/** Every subject with its variable parts in angle brackets, such as `push.rider.<riderId>`. */
export function allSubjects(): string[] {
  const sources = productSources();
  return [
    ...messages(sources).map(({ subject }) => subject),
    ...commands(sources).map(({ subject }) => subject),
  ];
}

export function subjectsPage(): Promise<string> {
  const sources = productSources();
  return markdownPage(
    'Subjects',
    INTRODUCTION,
    '## Commands',
    'Request and reply; `trips` handles all of them.',
    markdownTable(
      ['subject', 'command', 'called by', 'handled by', 'input', 'output', 'class', 'timeout, ms', 'meaning'],
      commands(sources).map(({ subject, constant, sharing, timeoutMs, input, output }) => [
        code(subject),
        code(constant.name),
        partsThat(
          sources,
          ({ path, syntax }) => !path.startsWith('libs/contracts/') && calls(syntax, constant.name),
        ),
        partsThat(sources, ({ syntax }) => syntax.text.includes(`@HandleCommand(${constant.name})`)),
        code(input),
        code(output),
        sharing,
        String(timeoutMs),
        constant.comment,
      ]),
    ),
    '## Messages',
    'Published messages, and requests to one instance or to all of them.',
    markdownTable(
      ['subject', 'used by', 'meaning'],
      messages(sources).map(({ subject, constant }) => [
        code(subject),
        partsThat(sources, ({ path, syntax }) => path !== SUBJECTS_FILE && mentions(syntax, constant.name)),
        constant.comment,
      ]),
    ),
  );
}

interface Subject {
  subject: string;
  constant: Constant;
}

function messages(sources: readonly SourceFile[]): Subject[] {
  return sources
    .filter(({ path }) => path === SUBJECTS_FILE)
    .flatMap(constantsOf)
    .map((constant) => ({ subject: subjectIn(constant.initializer), constant }));
}

/**
 * The text of a string literal, or of the template that a function returns, with its parameters in angle brackets.
 */
function subjectIn(initializer: ts.Expression): string {
  if (ts.isStringLiteral(initializer)) return initializer.text;
  const template = ts.isArrowFunction(initializer) ? initializer.body : initializer;
  return template
    .getText()
    .replaceAll('`', '')
    .replaceAll(/\$\{(\w+)\}/g, '<$1>');
}

interface CommandSubject extends Subject {
  sharing: string;
  timeoutMs: number;
  input: string;
  output: string;
}

function commands(sources: readonly SourceFile[]): CommandSubject[] {
  const exported: Readonly<Record<string, unknown>> = contracts;
  return sources
    .filter(({ path }) => path.startsWith(COMMANDS_FOLDER))
    .flatMap(constantsOf)
    .flatMap((constant) => {
      const command = exported[constant.name];
      if (!isCommand(command) || !ts.isCallExpression(constant.initializer)) return [];
      if (constant.comment === '') throw new Error(`the command ${constant.name} needs a comment`);
      const [, , input, output] = constant.initializer.arguments;
      const { subject, sharing, timeoutMs } = command;
      return {
        subject,
        constant,
        sharing: sharing.of + (sharing.alone ? ', one at a time' : ''),
        timeoutMs,
        input: schemaName(input, command.input),
        output: schemaName(output, command.output),
      };
    });
}

function isCommand(value: unknown): value is contracts.Command {
  return typeof value === 'object' && value !== null && 'subject' in value && 'timeoutMs' in value;
}

/** The name of a schema, or for an unnamed one the names of its members. */
function schemaName(expression: ts.Expression | undefined, schema: z.ZodType): string {
  const text = expression?.getText() ?? '';
  if (/^\w+$/.test(text)) return text;
  const nullable = /^(\w+)\.nullable\(\)$/.exec(text);
  if (nullable?.[1] !== undefined) return `${nullable[1]} or null`;
  return schema instanceof z.ZodObject
    ? `{ ${Object.keys(schema.shape).join(', ')} }`.replace('{  }', '{}')
    : text;
}

/** The apps and libs with a file that meets the condition; apps without the prefix `apps/`. */
function partsThat(sources: readonly SourceFile[], condition: (source: SourceFile) => boolean): string {
  const parts = sources.filter(condition).map(({ path }) => partOf(path).replace(/^apps\//, ''));
  return [...new Set(parts)].join(', ');
}

/** Whether a file calls a command, as opposed to handling it. */
function calls(syntax: ts.SourceFile, name: string): boolean {
  return mentions(syntax, name) && !syntax.text.includes(`@HandleCommand(${name})`);
}

function mentions(syntax: ts.SourceFile, name: string): boolean {
  if (!syntax.text.includes(name)) return false;
  return [...nodesOf(syntax)].some(
    (node) => ts.isIdentifier(node) && node.text === name && !ts.isImportSpecifier(node.parent),
  );
}
