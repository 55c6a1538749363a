import { INVARIANTS, MUTANTS, WITNESSES } from './claims-of-the-model.ts';
import { runQuint } from './run-quint.ts';

/** How much of the model is explored. */
export interface Effort {
  readonly samples: number;
  readonly steps: number;
  readonly seed: number;
}

export interface DesignReport extends Effort {
  readonly violated: readonly string[];
  readonly witnessed: Readonly<Record<string, number>>;
  /** Witnesses that no run reached. */
  readonly unreached: readonly string[];
  readonly replay: string | undefined;
}

export interface MutantReport {
  readonly mutant: string;
  readonly invariant: string;
  readonly caught: boolean;
}

export interface ModelReport {
  readonly verdict: 'pass' | 'fail';
  readonly design: DesignReport;
  readonly mutants: readonly MutantReport[];
}

/** Catches every mutant in its first thousands of runs; otherwise the model no longer depends on the guard. */
const MUTANT_SAMPLES = 3000;

/** Checks the design: no invariant is violated, and every witness is reached. */
export async function checkDesign(effort: Effort): Promise<DesignReport> {
  const exploration = { ...effort, module: 'design', invariants: INVARIANTS, witnesses: WITNESSES };
  const { violated, witnessed, replay } = await runQuint(exploration);
  const unreached = WITNESSES.filter((witness) => !(witnessed[witness] ?? 0));
  return { ...effort, violated, witnessed, unreached, replay };
}

/** Whether a mutant breaks each of its expected invariants. */
export async function checkMutant(mutant: string, { steps, seed }: Effort): Promise<MutantReport[]> {
  const reports: MutantReport[] = [];
  for (const invariant of MUTANTS[mutant] ?? []) {
    const exploration = { module: mutant, samples: MUTANT_SAMPLES, steps, seed, invariants: [invariant] };
    const { violated } = await runQuint(exploration);
    reports.push({ mutant, invariant, caught: violated.includes(invariant) });
  }
  return reports;
}

export async function checkModel(effort: Effort): Promise<ModelReport> {
  const design = await checkDesign(effort);
  const mutants: MutantReport[] = [];
  for (const mutant of Object.keys(MUTANTS)) mutants.push(...(await checkMutant(mutant, effort)));
  const isSound = design.violated.length === 0 && design.unreached.length === 0;
  return { verdict: isSound && mutants.every(({ caught }) => caught) ? 'pass' : 'fail', design, mutants };
}
