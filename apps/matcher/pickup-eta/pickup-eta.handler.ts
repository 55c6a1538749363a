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
import type { TravelTimes } from '#libs/travel-time';
import { TRAVEL_TIMES } from '../eta/eta.module.ts';
import { Ownership } from '../ownership/ownership.ts';
import { ShardGate } from '../ownership/shard-gate.ts';
import { ROUND_PARAMS } from '../round-params/round-params.module.ts';
import { nearestPickupEtaS } from './nearest-pickup-eta.ts';

/** Tells a quote how far the nearest driver is, from the very index that the rounds use. */
@Injectable()
export class PickupEtaHandler implements OnApplicationBootstrap {
  constructor(
    @Inject(BUS) private readonly bus: NatsConnection,
    private readonly ownership: Ownership,
    private readonly gate: ShardGate,
    private readonly supply: SupplyIndex,
    @Inject(TRAVEL_TIMES) private readonly travelTimes: TravelTimes,
    @Inject(ROUND_PARAMS) private readonly params: RoundParams,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

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
    const refusal = this.gate.refuse(request);
    if (refusal !== undefined) return refusal;
    const { provider } = this.travelTimes;
    const etaS = await nearestPickupEtaS(this.supply, provider, request, this.params, this.clock.now());
    return { result: 'eta', pickup_eta_s: etaS };
  }
}
