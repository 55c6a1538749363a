import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import {
  driveTrip,
  fromTimestamp,
  HailgridError,
  toTripRecord,
  type CommandInput,
  type CommandOutput,
} from '#libs/contracts';
import { CONFIG, LOGGER, METRICS, type Logger, type Metrics } from '#libs/service';
import { TripStore, type ChangedTrip, type CommandTransaction } from '#libs/store';
import type { EvidenceRules, Sighting, TripCommand } from '#libs/trip';
import { CommandHandlers } from '../command-handlers.ts';
import type { TripsConfig } from '../config.ts';
import { tripOrThrow } from '../refusals.ts';

/** How old a position may be that proves where a driver is: a few intervals between positions. */
export const EVIDENCE_MAX_AGE_MS = 30_000;

/** Moves a trip to its next state for its driver, or gives it back. */
@Controller()
export class DriveTripHandler extends CommandHandlers {
  readonly #searchMs: number;
  readonly #rules: EvidenceRules;
  readonly #flagged;

  constructor(
    private readonly store: TripStore,
    @Inject(CONFIG) config: TripsConfig,
    @Inject(LOGGER) logger: Logger,
    @Inject(METRICS) metrics: Metrics,
  ) {
    super(logger);
    this.#rules = evidenceRulesOf(config);
    this.#flagged = metrics.counter(
      'trips_flagged_total',
      'Completed rides that operators should look at, by flag',
      ['flag'],
    );
    this.#searchMs = config.searchDeadlineMs;
  }

  @HandleCommand(driveTrip)
  async handle(input: CommandInput<typeof driveTrip>): Promise<CommandOutput<typeof driveTrip>> {
    const { driver_id: driverId, trip_id: tripId, idempotency } = input;
    const request = {
      actor: { prefix: 'driver', id: driverId },
      idempotency,
      output: driveTrip.output,
    } as const;
    const done: { change?: ChangedTrip } = {};
    const record = await this.store.commit(request, async (transaction) => {
      const change = await transaction.change(tripId, async () => {
        if (input.action === 'arrived') await requireTurn(transaction, driverId, tripId);
        return this.#command(input);
      });
      const trip = tripOrThrow(change);
      done.change = change;
      return toTripRecord(trip);
    });
    // After the commit: a transaction may run several times, or fail.
    this.#count(done.change?.decision);
    return record;
  }

  #count(decision: ChangedTrip['decision'] | undefined): void {
    const events = decision?.outcome === 'changed' ? decision.events : [];
    for (const event of events)
      if (event.type === 'completed') for (const flag of event.flags ?? []) this.#flagged.inc({ flag });
  }

  #command(input: CommandInput<typeof driveTrip>): TripCommand {
    const { driver_id: driverId, action, reason } = input;
    const sighting = { evidence: evidenceOf(input), rules: this.#rules };
    switch (action) {
      case 'arrived':
        return { type: 'arrive', driverId, sighting };
      case 'start':
        return { type: 'start', driverId, sighting };
      case 'complete':
        return { type: 'complete', driverId, sighting };
      case 'cancel':
        return { type: 'driver_cancel', driverId, reason: reason ?? null, searchMs: this.#searchMs };
    }
  }
}

function evidenceOf({ evidence }: CommandInput<typeof driveTrip>): Sighting['evidence'] {
  if (evidence === undefined || evidence === null) return null;
  return { point: evidence.point, recordedAtMs: fromTimestamp(evidence.recorded_at), ageMs: evidence.age_ms };
}

function evidenceRulesOf(config: TripsConfig): EvidenceRules {
  return {
    maxAgeMs: EVIDENCE_MAX_AGE_MS,
    arrivalRadiusM: config.arrivalRadiusM,
    startRadiusM: config.startRadiusM,
    dropoffRadiusM: config.dropoffRadiusM,
    maxRideSpeedMps: config.maxRideSpeedMps,
  };
}

/** Throws if the driver arrives for the next rider while the present one is on board. */
async function requireTurn(transaction: CommandTransaction, driverId: string, tripId: string): Promise<void> {
  const [now, next] = await transaction.claimsOn(driverId);
  if (now === undefined || next?.tripId !== tripId) return;
  throw new HailgridError('illegal_transition', `${driverId} has ${now.tripId} before ${tripId}`, {
    detail: 'The trip comes after the one under way.',
  });
}
