import { randomUUID } from 'node:crypto';
import {
  DRIVER_HINTS_SUBJECT,
  drainSubject,
  demandSubject,
  HEARTBEAT_SUBJECT,
  makeOffers,
  MIN_ETA_S,
  pickupEtaSubject,
  prepareSubject,
  probeSubject,
  toTimestamp,
  type MatcherHeartbeat,
  type OfferProposal,
} from '#libs/contracts';
import type { LieTally } from './lie-tally.ts';
import type { Liar } from './liar.ts';
import { shardIn, type Truth } from './truth.ts';

/** The owner and the epoch that a liar names: no shard gets such an epoch in the life of a system. */
export const INVENTED_OWNER = 'liar';
const INVENTED_EPOCH = Number.MAX_SAFE_INTEGER;
/** Far more than any process does. */
const ABSURD = 1e9;
const HINT_LIFE_MS = 60_000;

/** What a stolen matcher says: it lives, others live no more, shards are elsewhere, cars are everywhere. */
export class MatcherLies {
  readonly #liar: Liar;
  readonly #truth: Truth;
  readonly #tally: LieTally;
  readonly #incarnation = randomUUID();
  #turn = 0;

  constructor(liar: Liar, truth: Truth, tally: LieTally) {
    this.#liar = liar;
    this.#truth = truth;
    this.#tally = tally;
    const moved = (question: unknown): object => ({
      result: 'moved',
      claim: { shard: shardIn(question, truth), epoch: INVENTED_EPOCH, owner: INVENTED_OWNER },
    });
    const eta = { result: 'eta', pickup_eta_s: MIN_ETA_S };
    liar.answer(pickupEtaSubject('*'), (question) => (this.#turn++ % 2 === 0 ? eta : moved(question)));
    liar.answer(demandSubject('*'), moved);
    liar.answer(probeSubject('*'), () => ({ incarnation: this.#incarnation }));
    liar.answer(prepareSubject('*'), () => ({ incarnation: this.#incarnation }));
    liar.answer(drainSubject('*'), () => ({
      incarnation: this.#incarnation,
      drained: truth.shards.map(({ shard }) => shard),
    }));
  }

  /** One round of messages. */
  async tell(): Promise<void> {
    const { matchers, drivers, nowMs } = this.#truth;
    for (const matcher of [...matchers, INVENTED_OWNER])
      this.#liar.tell(HEARTBEAT_SUBJECT, this.#beat(matcher));
    const hints = drivers.map((driver_id) => ({
      driver_id,
      to: { lat: 0, lng: 0 },
      drive_s: 0,
      expires_at: toTimestamp(nowMs() + HINT_LIFE_MS),
    }));
    this.#liar.tell(DRIVER_HINTS_SUBJECT, { hints });
    await this.#offerAsOthers();
  }

  /** In the name of each owner under an epoch that it never had, and in its own name. */
  async #offerAsOthers(): Promise<void> {
    const { shards, drivers, openTrips } = this.#truth;
    const [driver_id, trip_id] = [drivers[0], openTrips[0]];
    if (driver_id === undefined || trip_id === undefined) return;
    const offersOf = (change: (epoch: number) => number): OfferProposal[] =>
      shards.map(({ shard, epoch }) => ({
        trip_id,
        driver_id,
        shard,
        epoch: change(epoch),
        pickup_eta_s: 0,
        pickup_distance_m: 0,
      }));
    const [owner = INVENTED_OWNER] = this.#truth.matchers;
    await this.#mustBeRefused(
      owner,
      offersOf(() => INVENTED_EPOCH),
    );
    await this.#mustBeRefused(
      owner,
      offersOf((epoch) => epoch - 1),
    );
    await this.#mustBeRefused(
      INVENTED_OWNER,
      offersOf((epoch) => epoch),
    );
  }

  async #mustBeRefused(matcher: string, offers: OfferProposal[]): Promise<void> {
    if (offers.length === 0) return;
    this.#tally.told += 1;
    const reply = await this.#liar.commands.call(makeOffers, { matcher, offers }).catch(() => undefined);
    for (const outcome of reply?.outcomes ?? []) {
      if (outcome.result === 'refused') this.#tally.refused += 1;
      else this.#tally.believed.push(`an offer in the name of ${matcher} was made: ${outcome.offer_id}`);
    }
  }

  #beat(matcher: string): MatcherHeartbeat {
    const load = { open_trips: ABSURD, requests_per_s: ABSURD, pings_per_s: ABSURD, busy_ms_per_s: ABSURD };
    return {
      matcher,
      incarnation: this.#incarnation,
      shards_owned: 0,
      round_p99_ms: ABSURD,
      drivers_in_dead_part: 0,
      shards: this.#truth.shards.map(({ shard }) => ({ shard, epoch: INVENTED_EPOCH, load })),
    };
  }
}
