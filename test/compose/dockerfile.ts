import { readFileSync } from 'node:fs';
import { ROOT } from './compose-file.ts';

export interface Instruction {
  keyword: string;
  text: string;
}

/** One `FROM … AS name` with its instructions. */
export interface Stage {
  name: string;
  base: string;
  instructions: Instruction[];
}

/** The stages of the Dockerfile in order, with global ARGs substituted in the FROMs. */
export function readStages(): Stage[] {
  const stages: Stage[] = [];
  const globals = new Map<string, string>();
  for (const { keyword, text } of instructionsOf(readFileSync(`${ROOT}Dockerfile`, 'utf8'))) {
    const stage = stages.at(-1);
    if (keyword === 'FROM') {
      const [base = '', , name = ''] = text.split(' ');
      stages.push({
        name,
        base: base.replaceAll(/\$\{(\w+)\}/g, (_, arg: string) => globals.get(arg) ?? ''),
        instructions: [],
      });
    } else if (stage === undefined) {
      const [name = '', value = ''] = text.split('=');
      globals.set(name, value);
    } else stage.instructions.push({ keyword, text });
  }
  return stages;
}

function instructionsOf(dockerfile: string): Instruction[] {
  const lines = dockerfile
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n');
  return lines
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const space = line.indexOf(' ');
      return { keyword: line.slice(0, space), text: line.slice(space + 1) };
    });
}

/** A stage with the instructions of its base stages. */
export function withBases(stages: readonly Stage[], name: string): Instruction[] {
  const stage = stages.find((candidate) => candidate.name === name);
  return stage === undefined ? [] : [...withBases(stages, stage.base), ...stage.instructions];
}
