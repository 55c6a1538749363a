import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, logDropped, serveJson } from '#libs/bus';
import {
  pickupEtaRequest,
  pickupEtaSubject,
  type PickupEtaReply,
  type PickupEtaRequest,
} from '#libs/contracts';
import { SupplyIndex, type RoundParams } from '#libs/dispatch';
import { CLOCK, LOGGER, type Clock, type Logger } from '#libs/service';
import { TRAVEL_TIMES, type TravelTimes } from '#libs/travel-time';
import { Ownership } from '../ownership/ownership.ts';
import { ROUND_PARAMS } from '../config.ts';
import { CoarsePickupEtas } from './coarse-pickup-etas.ts';

/** Answers rider-api's requests for the pickup time of the nearest driver: coarsely, so no exact value leaves the matcher. */
@Injectable()
export class PickupEtaHandler implements OnApplicationBootstrap {
  readonly #etas: CoarsePickupEtas;

  constructor(
    @Inject(BUS) private readonly bus: NatsConnection,
    private readonly ownership: Ownership,
    supply: SupplyIndex,
    @Inject(TRAVEL_TIMES) travelTimes: TravelTimes,
    @Inject(ROUND_PARAMS) params: RoundParams,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#etas = new CoarsePickupEtas(supply, travelTimes.provider, params);
  }

  onApplicationBootstrap(): void {
    const subject = pickupEtaSubject(this.ownership.self);
    serveJson(
      this.bus,
      subject,
      pickupEtaRequest,
      (request) => this.#answer(request),
      logDropped(this.logger),
    );
  }

  async #answer(request: PickupEtaRequest): Promise<PickupEtaReply> {
    const refusal = this.ownership.refuse(request);
    if (refusal !== undefined) return refusal;
    const etaS = await this.#etas.ask(request, this.clock.now());
    return { result: 'eta', pickup_eta_s: etaS };
  }
}
