import { Inject, Injectable } from '@nestjs/common';
import {
  ExplainLog,
  OpenDemand,
  retryRound,
  runRound,
  SupplyIndex,
  type DriverId,
  type RoundParams,
  type RoundResult,
  type RoundWithEtas,
} from '#libs/dispatch';
import type { EtaTable } from '#libs/geo';
import { CLOCK, type Clock } from '#libs/service';
import { ETAS } from '../eta/eta.module.ts';
import { ROUND_PARAMS } from '../round-params/round-params.module.ts';

/** Puts the question of a round to the dispatch core, on demand and supply as they are, and keeps its reasons. */
@Injectable()
export class RoundDecisions {
  readonly #demand: OpenDemand;
  readonly #supply: SupplyIndex;
  readonly #etas: EtaTable;
  readonly #params: RoundParams;
  readonly #explain: ExplainLog;
  readonly #clock: Clock;

  constructor(
    @Inject(OpenDemand) demand: OpenDemand,
    @Inject(SupplyIndex) supply: SupplyIndex,
    @Inject(ETAS) etas: EtaTable,
    @Inject(ROUND_PARAMS) params: RoundParams,
    @Inject(ExplainLog) explain: ExplainLog,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.#demand = demand;
    this.#supply = supply;
    this.#etas = etas;
    this.#params = params;
    this.#explain = explain;
    this.#clock = clock;
  }

  first(): RoundResult {
    return this.#explained(runRound(this.#input()));
  }

  /** For the trips whose driver was not available after all, without any driver this round has used. */
  again(previous: RoundResult, conflictedDriverIds: ReadonlySet<DriverId>): RoundResult {
    return this.#explained(retryRound(this.#input(), previous, conflictedDriverIds));
  }

  #input(): RoundWithEtas {
    return {
      demand: this.#demand,
      supply: this.#supply,
      nowMs: this.#clock.now(),
      params: this.#params,
      etas: this.#etas,
    };
  }

  #explained(result: RoundResult): RoundResult {
    this.#explain.record(result.explanations);
    return result;
  }
}
