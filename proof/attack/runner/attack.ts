import type { AttackCity } from '../city/attack-city.ts';

/** What came of an attack, with what shows it. */
export interface Outcome {
  worked: boolean;
  evidence: string;
}

/** One attack. An error that it throws is a fault of the attack, which fails the run: it is not a refusal. */
export interface Attack {
  /** Unique within its group. */
  id: string;
  /** What the attacker wants, as a sentence. */
  what: string;
  /** It mostly waits, so it runs beside the others. */
  waits?: true;
  run(city: AttackCity): Promise<Outcome>;
}

/** The outcome of an attack that worked if `worked`. */
export function outcome(worked: boolean, evidence: unknown): Outcome {
  const text = typeof evidence === 'string' ? evidence : (JSON.stringify(evidence) ?? 'nothing');
  return { worked, evidence: text.slice(0, MAX_EVIDENCE_LENGTH) };
}

/** How many characters of the evidence a report keeps. */
const MAX_EVIDENCE_LENGTH = 300;

/** The outcome of a request that had to be answered with one of these statuses; a fault of the server is no refusal. */
export function refusedWith(
  statuses: readonly number[],
  { status, body }: { status: number; body: unknown },
): Outcome {
  return outcome(!statuses.includes(status), { status, body });
}
