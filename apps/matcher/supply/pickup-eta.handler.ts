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
import { questionOfPickup, type EtaProvider, type Point } from '#libs/geo';
import { Ownership } from '../ownership/ownership.ts';
import { ROUND_PARAMS } from '../config.ts';

/** Answers rider-api's requests for the pickup time of the nearest driver, from the index that rounds use. */
@Injectable()
export class PickupEtaHandler implements OnApplicationBootstrap {
  constructor(
    @Inject(BUS) private readonly bus: NatsConnection,
    private readonly ownership: Ownership,
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
    const refusal = this.ownership.refuse(request);
    if (refusal !== undefined) return refusal;
    const { provider } = this.travelTimes;
    const etaS = await nearestPickupEtaS(this.supply, provider, request, this.params, this.clock.now());
    return { result: 'eta', pickup_eta_s: etaS };
  }
}

export interface PickupEtaQuestion {
  readonly pickup: Point;
  readonly product: string;
}

/**
 * Seconds until the nearest free driver can be at the pickup; null if no driver that a round would consider can arrive
 * within `maxPickupEtaS`.
 */
export async function nearestPickupEtaS(
  supply: SupplyIndex,
  etas: EtaProvider,
  { pickup, product }: PickupEtaQuestion,
  { candidatesPerTrip, pickupRadiusM, maxPickupEtaS }: RoundParams,
  nowMs: number,
): Promise<number | null> {
  const drivers = supply.nearest(pickup, { k: candidatesPerTrip, radiusM: pickupRadiusM, product });
  const origins = drivers.map((driver) => driver.point);
  const etaS = Math.min(Infinity, ...(await etas.etas(questionOfPickup(pickup, origins), nowMs)));
  return etaS <= maxPickupEtaS ? etaS : null;
}
