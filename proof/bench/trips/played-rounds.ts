import { setTimeout as sleep } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/transport-node';
import {
  demandSubject,
  makeOffers,
  type OfferId,
  type OfferOutcome,
  type OfferProposal,
} from '#libs/contracts';
import type { CommandLine } from '../../../dev/bus/command-line.ts';

/** Time that a matcher takes to decide before it commits the offers of a round together. */
const ROUND_MS = 2;
const MAX_OFFERS_PER_ROUND = 200;

interface Waiting {
  readonly proposal: OfferProposal;
  readonly resolve: (offerId: OfferId) => void;
  readonly reject: (reason: unknown) => void;
}

/** The matcher's part in a trip: receives nudges, and commits the offers of a round in one command. */
export class PlayedRounds {
  readonly #commands: CommandLine;
  readonly #matcher: string;
  #waiting: Waiting[] = [];
  #running = false;

  constructor(bus: NatsConnection, commands: CommandLine, matcher: string) {
    this.#commands = commands;
    this.#matcher = matcher;
    bus.subscribe(demandSubject(matcher), {
      callback: (_, message) => void message.respond(JSON.stringify({ result: 'noted' })),
    });
  }

  /** Resolves with the offer once it is committed. */
  offer(proposal: OfferProposal): Promise<OfferId> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ proposal, resolve, reject });
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) {
      await sleep(ROUND_MS);
      await this.#round(this.#waiting.splice(0, MAX_OFFERS_PER_ROUND));
    }
    this.#running = false;
  }

  async #round(round: readonly Waiting[]): Promise<void> {
    try {
      const offers = round.map(({ proposal }) => proposal);
      const { outcomes } = await this.#commands.call(makeOffers, { matcher: this.#matcher, offers });
      round.forEach(({ resolve }, index) => resolve(offerOf(outcomes[index])));
    } catch (error) {
      for (const { reject } of round) reject(error);
    }
  }
}

function offerOf(outcome: OfferOutcome | undefined): OfferId {
  if (outcome?.result === 'offered') return outcome.offer_id;
  throw new Error(`an offer was refused: ${JSON.stringify(outcome)}`);
}
