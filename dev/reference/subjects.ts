import ts from 'typescript';
import { z } from 'zod';
import * as contracts from '#libs/contracts';
import { SUBJECT_TRAFFIC } from '#libs/contracts';
import { code, markdownPage, markdownTable } from './markdown-page.ts';
import { constantsOf, productSources, type Constant, type SourceFile } from './source-files.ts';

const INTRODUCTION = `Every NATS subject. Commands are defined in \`libs/contracts/commands/\`, the other subjects in
\`libs/contracts/subjects.ts\`. Text in angle brackets is an id. Who may send and
receive each is declared there too; nats-server refuses everybody else (\`deploy/nats/authorization.conf\`). A timeout is in service time; after it the caller answers
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
      ['subject', 'command', 'callers', 'input', 'output', 'class', 'timeout, ms', 'meaning'],
      commands(sources).map(({ subject, constant, callers, sharing, timeoutMs, input, output }) => [
        code(subject),
        code(constant.name),
        callers.join(', '),
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
      ['subject', 'from', 'to', 'meaning', 'a lie at most'],
      messages(sources).map(({ subject, constant }) => [
        code(subject),
        traffic(constant.name).from.join(', '),
        traffic(constant.name).to.join(', '),
        constant.comment,
        traffic(constant.name).lie,
      ]),
    ),
  );
}

/** Who sends and receives the messages of a subject, and what a false one does. */
function traffic(name: string): (typeof SUBJECT_TRAFFIC)[keyof typeof SUBJECT_TRAFFIC] {
  const [, found] = Object.entries(SUBJECT_TRAFFIC).find(([subject]) => subject === name) ?? [];
  if (found === undefined) throw new Error(`${name} declares nobody who sends or receives it`);
  return found;
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
  callers: readonly string[];
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
      if (!contracts.isCommand(command) || !ts.isCallExpression(constant.initializer)) return [];
      if (constant.comment === '') throw new Error(`the command ${constant.name} needs a comment`);
      const [, , input, output] = constant.initializer.arguments;
      const { subject, sharing, callers, timeoutMs } = command;
      return {
        subject,
        constant,
        sharing: sharing.of + (sharing.alone ? ', one at a time' : ''),
        callers,
        timeoutMs,
        input: schemaName(input, command.input),
        output: schemaName(output, command.output),
      };
    });
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
