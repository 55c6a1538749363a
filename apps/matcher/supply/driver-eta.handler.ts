import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, logDropped, serveJson } from '#libs/bus';
import {
  driverEtaRequest,
  driverEtaSubject,
  type DriverEtaRequest,
  type PickupEtaReply,
} from '#libs/contracts';
import { SupplyIndex } from '#libs/dispatch';
import { questionOfPickup } from '#libs/geo';
import { CLOCK, LOGGER, type Clock, type Logger } from '#libs/service';
import { TRAVEL_TIMES, type TravelTimes } from '#libs/travel-time';
import { Ownership } from '../ownership/ownership.ts';

/** Tells `trips` the time to the pickup of a driver to whom an operator assigns a trip. Exact, so only `trips` may ask. */
@Injectable()
export class DriverEtaHandler implements OnApplicationBootstrap {
  constructor(
    @Inject(BUS) private readonly bus: NatsConnection,
    private readonly ownership: Ownership,
    private readonly supply: SupplyIndex,
    @Inject(TRAVEL_TIMES) private readonly travelTimes: TravelTimes,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    const subject = driverEtaSubject(this.ownership.self);
    const answer = (request: DriverEtaRequest) => this.#answer(request);
    serveJson(this.bus, subject, driverEtaRequest, answer, logDropped(this.logger));
  }

  async #answer(request: DriverEtaRequest): Promise<PickupEtaReply> {
    const refusal = this.ownership.refuse(request);
    if (refusal !== undefined) return refusal;
    const point = this.supply.view(request.driver_id)?.point;
    if (point === undefined) return { result: 'eta', pickup_eta_s: null };
    const question = questionOfPickup(request.pickup, [point]);
    const [etaS = Infinity] = await this.travelTimes.provider.etas(question, this.clock.now());
    return { result: 'eta', pickup_eta_s: Number.isFinite(etaS) ? etaS : null };
  }
}
