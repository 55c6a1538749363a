import { Controller, Get, Inject, Param } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import type { z } from 'zod';
import { BUS } from '#libs/bus';
import { getTripTrace, routerPath, type TripTrace } from '#libs/contracts';
import { readTrack } from '#libs/event-stream';
import { AskerOf, CONFIG, ForRole, type Asker } from '#libs/service';
import { TripStore } from '#libs/store';
import type { TripsConfig } from '../config.ts';
import { readTripFor } from '../requests/trip-reader.ts';
import { OperatorAudit } from './operator-audit.ts';

/** Shows operators where the drivers of a trip were. */
@Controller()
export class TripTraceController {
  readonly #keepS: number;

  constructor(
    private readonly store: TripStore,
    private readonly audit: OperatorAudit,
    @Inject(BUS) private readonly bus: NatsConnection,
    @Inject(CONFIG) config: TripsConfig,
  ) {
    this.#keepS = config.traceKeepS;
  }

  @Get(routerPath(getTripTrace))
  @ForRole('operator')
  async trace(
    @AskerOf() asker: Asker,
    @Param({ schema: getTripTrace.params }) { trip_id }: z.output<typeof getTripTrace.params>,
  ): Promise<TripTrace> {
    await this.audit.look(asker, 'read_trip_trace', { trip_id });
    await readTripFor(this.store.upToDate, trip_id, { role: 'operator' });
    return { data: this.#keepS === 0 ? [] : await readTrack(this.bus, trip_id), kept_s: this.#keepS };
  }
}
