import { FadingEffects } from './fading-effects.ts';

const MS_PER_HOUR = 3_600_000;
const MS_PER_DAY = 24 * MS_PER_HOUR;
const HOURS_PER_DAY = 24;
const HOURS_PER_WEEK = 7 * HOURS_PER_DAY;
/** 1970-01-01 was a Thursday; weeks begin on Monday. */
const FIRST_HOUR_OF_WEEK = 3 * HOURS_PER_DAY;

/**
 * How much traffic is believed to differ by city, hour and day: by a fifth, a tenth, and less. These are round numbers
 * for any city; a wrong one only makes learning slower or noisier.
 */
const CITY = { sd: 0.2, halfLifeMs: 28 * MS_PER_DAY, maxMembers: 1 };
const HOUR_OF_DAY = { sd: 0.1, halfLifeMs: 28 * MS_PER_DAY, maxMembers: HOURS_PER_DAY };
const HOUR_OF_WEEK = { sd: 0.07, halfLifeMs: 56 * MS_PER_DAY, maxMembers: HOURS_PER_WEEK };
/** Weather, events and traffic jams of the present hours. */
const NOW = { sd: 0.15, halfLifeMs: 2 * MS_PER_HOUR, maxMembers: 1 };

/**
 * The level of ride times: of the city, the hour of the day and of the week, and of now. Rides move only the present
 * level. When an hour is over, it is one observation of its hour, however many rides it had: a part of its level
 * passes from the present to city and hours, as much as they explain of such levels.
 */
export class HourLevels {
  readonly city = new FadingEffects(CITY);
  readonly hourOfDay = new FadingEffects(HOUR_OF_DAY);
  readonly hourOfWeek = new FadingEffects(HOUR_OF_WEEK);
  readonly now = new FadingEffects(NOW);
  readonly #localHour: (atMs: number) => number;
  /** The hour of the newest ride, and its time. */
  #newestMs: number | undefined;

  /** @param localHour hours since the local 1970-01-01T00:00, whole */
  constructor(localHour: (atMs: number) => number) {
    this.#localHour = localHour;
  }

  get newestMs(): number | undefined {
    return this.#newestMs;
  }

  restoreNewest(newestMs: number | undefined): void {
    this.#newestMs = newestMs;
  }

  /** The level expected at a time from city and hours alone. */
  expectedAt(atMs: number): {
    readonly mean: number;
    readonly variance: number;
    readonly priorVariance: number;
  } {
    const parts = this.#partsAt(atMs).map(({ effects, key }) => effects.at(key, atMs));
    return {
      mean: parts.reduce((sum, { mean }) => sum + mean, 0),
      variance: parts.reduce((sum, { variance }) => sum + variance, 0),
      priorVariance: CITY.sd ** 2 + HOUR_OF_DAY.sd ** 2 + HOUR_OF_WEEK.sd ** 2,
    };
  }

  /** Turns to the hour of a ride. A ride of an earlier hour than the newest one turns nothing back. */
  turnTo(atMs: number): void {
    const newestMs = this.#newestMs;
    if (newestMs !== undefined && atMs <= newestMs) return;
    this.#newestMs = atMs;
    if (newestMs !== undefined && this.#localHour(atMs) !== this.#localHour(newestMs)) this.#learn(newestMs);
  }

  #learn(endedMs: number): void {
    const now = this.now.at('', endedMs);
    const known = this.#partsAt(endedMs).map((part) => ({ ...part, ...part.effects.at(part.key, endedMs) }));
    const total = known.reduce((sum, { variance }) => sum + variance, NOW.sd ** 2);
    const certainty = 1 - now.variance / NOW.sd ** 2;
    let passed = 0;
    for (const { effects, key, mean, variance } of known) {
      const gain = (certainty * variance) / total;
      passed += gain;
      effects.set(key, { mean: mean + gain * now.mean, variance: variance * (1 - gain) }, endedMs);
    }
    this.now.set('', { mean: now.mean * (1 - passed), variance: now.variance }, endedMs);
  }

  #partsAt(atMs: number): readonly { readonly effects: FadingEffects; readonly key: string }[] {
    const hour = (this.#localHour(atMs) + FIRST_HOUR_OF_WEEK) % HOURS_PER_WEEK;
    return [
      { effects: this.city, key: '' },
      { effects: this.hourOfDay, key: String(hour % HOURS_PER_DAY) },
      { effects: this.hourOfWeek, key: String(hour) },
    ];
  }
}
