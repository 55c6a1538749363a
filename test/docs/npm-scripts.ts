import { execFile } from 'node:child_process';
import { CHECKOUT } from '../../dev/build/checkout.ts';
import { readText } from './markdown.ts';

const ANSWER_LIMIT_MS = 30_000;

export const { scripts } = JSON.parse(readText('package.json')) as { scripts: Record<string, string> };

export interface ScriptResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a script like npm, but without npm and the set-up before it. */
export function runScript(script: string, ...args: string[]): Promise<ScriptResult> {
  const [, command = ''] = /^exec node dev\/bootstrap\.mjs (.+)$/.exec(scripts[script]!) ?? [];
  const words = ['--conditions=source', ...command.split(' '), ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, words, { cwd: CHECKOUT, timeout: ANSWER_LIMIT_MS }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
    );
  });
}

/** The long options in a script's usage. */
export async function optionsOf(script: string): Promise<string[]> {
  const { stdout } = await runScript(script, '--help');
  return [...stdout.matchAll(/^\s+(?:-\w, )?(--[a-z-]+)/gm)].map(([, option]) => option!);
}

/** The npm scripts that a text names, with repetitions. */
export function scriptsNamedIn(text: string): string[] {
  return [...text.matchAll(/\bnpm (?:run ([\w:]+)|(start|test))/g)].map(([, run, short]) => run ?? short!);
}
