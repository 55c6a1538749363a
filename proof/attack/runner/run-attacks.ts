import { setTimeout as sleep } from 'node:timers/promises';
import { startAttackCity, type AttackCity, type AttackCitySpec } from '../city/attack-city.ts';
import { GROUPS } from '../groups/index.ts';
import type { AttackGroup } from '../options.ts';
import type { Attack } from './attack.ts';

/** How long one attack may take; a longer one counts as not carried out. */
const ATTACK_LIMIT_MS = 120_000;

export interface Finding {
  /** Group and name, such as `bus/anonymous`. */
  id: string;
  what: string;
  evidence: string;
}

export interface AttackResult {
  tried: number;
  refused: number;
  worked: Finding[];
  /** Attacks that could not be carried out: the run says nothing about them, and fails. */
  broken: Finding[];
  by_group: Partial<Record<AttackGroup, { tried: number; refused: number; elapsed_s: number }>>;
  versions: Readonly<Record<string, string>>;
}

interface Tried extends Finding {
  group: AttackGroup;
  verdict: 'refused' | 'worked' | 'broken';
}

/** Starts a city and carries out all attacks of these groups. */
export async function runAttacks(
  spec: AttackCitySpec & { only: readonly AttackGroup[] },
  say: (words: string) => void,
): Promise<AttackResult> {
  const city = await startAttackCity(spec);
  try {
    const listed = spec.only.flatMap((group) => GROUPS[group].map((attack) => ({ group, attack })));
    const elapsed = new Map<AttackGroup, number>();
    const carryOut = async (group: AttackGroup, attack: Attack): Promise<Tried> => {
      const startedAtMs = performance.now();
      const tried = await attempt(group, attack, city);
      if (attack.waits === undefined)
        elapsed.set(group, (elapsed.get(group) ?? 0) + performance.now() - startedAtMs);
      if (tried.verdict !== 'refused') say(`${tried.verdict}: ${tried.id}: ${tried.evidence}`);
      return tried;
    };
    const waiting = listed
      .filter(({ attack }) => attack.waits === true)
      .map(({ group, attack }) => carryOut(group, attack));
    const tried: Tried[] = [];
    for (const { group, attack } of listed)
      if (attack.waits === undefined) tried.push(await carryOut(group, attack));
    tried.push(...(await Promise.all(waiting)));
    const deaths = await city.deaths();
    return { ...summary(tried, deaths, elapsed), versions: city.versions };
  } finally {
    await city.stop();
  }
}

async function attempt(group: AttackGroup, attack: Attack, city: AttackCity): Promise<Tried> {
  const about = { group, id: `${group}/${attack.id}`, what: attack.what };
  try {
    const limit = sleep(ATTACK_LIMIT_MS, undefined, { ref: false }).then(() => {
      throw new Error(`not carried out within ${ATTACK_LIMIT_MS / 1000} s`);
    });
    const { worked, evidence } = await Promise.race([attack.run(city), limit]);
    return { ...about, verdict: worked ? 'worked' : 'refused', evidence };
  } catch (error) {
    return {
      ...about,
      verdict: 'broken',
      evidence: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

function summary(
  tried: readonly Tried[],
  deaths: readonly string[],
  elapsed: ReadonlyMap<AttackGroup, number>,
): Omit<AttackResult, 'versions'> {
  const of = (verdict: Tried['verdict']): Finding[] =>
    tried
      .filter((each) => each.verdict === verdict)
      .map(({ id, what, evidence }) => ({ id, what, evidence }));
  const killed = deaths.map((evidence) => ({
    id: 'city/death',
    what: 'A process of the city ended',
    evidence,
  }));
  const groups = [...Map.groupBy(tried, ({ group }) => group)].map(([group, all]) => [
    group,
    {
      tried: all.length,
      refused: all.filter(({ verdict }) => verdict === 'refused').length,
      elapsed_s: Math.round((elapsed.get(group) ?? 0) / 100) / 10,
    },
  ]);
  return {
    tried: tried.length,
    refused: of('refused').length,
    worked: [...of('worked'), ...killed],
    broken: of('broken'),
    by_group: Object.fromEntries(groups) as AttackResult['by_group'],
  };
}
