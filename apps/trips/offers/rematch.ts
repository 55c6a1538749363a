import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import { rematch, type CommandInput, type CommandOutput } from '#libs/contracts';
import { LOGGER, METRICS, Metrics, type Logger } from '#libs/service';
import { readClaims, TripStore, type TripTransaction } from '#libs/store';
import type { Trip } from '#libs/trip';
import { CommandHandlers } from '../command-handlers.ts';
import { judgeMoves, type LockedMoves, type SetJudgement } from './judge-moves.ts';
import { lockRound } from './locked-round.ts';

type Sets = CommandInput<typeof rematch>['sets'];
type Outcome = CommandOutput<typeof rematch>['outcomes'][number];

/** Reassigns drivers on their way to a pickup, in one transaction, with an outcome for each set of moves. */
@Controller()
export class RematchHandler extends CommandHandlers {
  readonly #outcomes;

  constructor(
    private readonly store: TripStore,
    @Inject(LOGGER) logger: Logger,
    @Inject(METRICS) metrics: Metrics,
  ) {
    super(logger);
    this.#outcomes = metrics.counter(
      'rematches_total',
      'Sets of moves of drivers on their way to a pickup, by outcome',
      ['outcome'],
    );
  }

  @HandleCommand(rematch)
  async handle({ matcher, sets }: CommandInput<typeof rematch>): Promise<CommandOutput<typeof rematch>> {
    const outcomes = await this.store.transact(async (transaction) => {
      const locked = await lock(transaction, sets);
      const judgements = judgeMoves(matcher, sets, locked, transaction.nowMs);
      const decided = judgements.flatMap((judgement) =>
        judgement.verdict === 'admissible'
          ? judgement.moves.map(({ move: { shard, epoch }, trip, events }) => ({
              trip,
              events,
              authority: { shard, epoch },
            }))
          : [],
      );
      const trips = decided.length === 0 ? [] : await transaction.apply(decided);
      return judgements.map((judgement) => outcomeOf(judgement, trips));
    });
    for (const outcome of outcomes)
      this.#outcomes.inc({ outcome: outcome.result === 'done' ? 'done' : outcome.reason });
    return { outcomes };
  }
}

/** Replaced drivers lose their claim, so they are locked together with those that replace them. */
async function lock(transaction: TripTransaction, sets: Sets): Promise<LockedMoves> {
  const moves = sets.flat();
  const driverIds = moves.flatMap(({ driver_id, replaces_driver_id }) =>
    replaces_driver_id === null ? [driver_id] : [driver_id, replaces_driver_id],
  );
  const locked = await lockRound(transaction, moves, driverIds);
  return { ...locked, claims: await readClaims(transaction, [...new Set(driverIds)]) };
}

function outcomeOf(judgement: SetJudgement, trips: readonly Trip[]): Outcome {
  if (judgement.verdict === 'refused') {
    const { trip_id, driver_id } = judgement.move;
    return { result: 'refused', trip_id, driver_id, reason: judgement.reason };
  }
  const ids = new Set<string>(judgement.moves.map(({ trip }) => trip.tripId));
  const changed = trips.filter(({ tripId }) => ids.has(tripId));
  return {
    result: 'done',
    trip_seqs: changed.map(({ tripId, seq }) => ({ trip_id: tripId, seq })),
  };
}
