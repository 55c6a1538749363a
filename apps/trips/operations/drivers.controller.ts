import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import type { z } from 'zod';
import { explainDriver, getOperatorDrivers, routerPath, toTimestamp } from '#libs/contracts';
import { AskerOf, CLOCK, ForRole, type Asker, type Clock } from '#libs/service';
import { findDrivers, TripStore, type FoundDriver } from '#libs/store';
import { AskMatchers } from './ask-matchers.ts';
import { OperatorAudit } from './operator-audit.ts';

type Page = z.output<typeof getOperatorDrivers.response>;

/** How far back a driver's rounds are explained by default. */
const DEFAULT_EXPLAINED_MS = 15 * 60_000;

/** Shows operators drivers. */
@Controller()
export class OperatorDriversController {
  constructor(
    private readonly store: TripStore,
    private readonly audit: OperatorAudit,
    private readonly matchers: AskMatchers,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get(routerPath(getOperatorDrivers))
  @ForRole('operator')
  async find(
    @AskerOf() asker: Asker,
    @Query({ schema: getOperatorDrivers.query }) query: z.output<typeof getOperatorDrivers.query>,
  ): Promise<Page> {
    await this.audit.look(asker, 'list_drivers', query);
    const { driver_id: driverId, status, product, silent_since: silentSince, cursor, limit } = query;
    const silentSinceMs = silentSince === undefined ? undefined : Date.parse(silentSince);
    const filter = { driverId, status, product, silentSinceMs };
    const { drivers, after } = await findDrivers(this.store.upToDate, filter, cursor, limit);
    return { data: drivers.map(listed), next_cursor: after };
  }

  @Get(routerPath(explainDriver))
  @ForRole('operator')
  async explain(
    @AskerOf() asker: Asker,
    @Param({ schema: explainDriver.params }) { driver_id }: z.output<typeof explainDriver.params>,
    @Query({ schema: explainDriver.query }) query: z.output<typeof explainDriver.query>,
  ): Promise<z.output<typeof explainDriver.response>> {
    const to = query.to ?? toTimestamp(this.clock.now());
    const from = query.from ?? toTimestamp(Date.parse(to) - DEFAULT_EXPLAINED_MS);
    await this.audit.look(asker, 'explain_driver', { driver_id, from, to });
    return { rounds: await this.matchers.roundsWithDriver({ driver_id, from, to }) };
  }
}

function listed({ driver, standing, changedAtMs, heardAtMs }: FoundDriver): Page['data'][number] {
  const { session, online, product, vehicle } = driver;
  const { version: driver_version, ...rest } = standing;
  const heard_at = heardAtMs === null ? null : toTimestamp(heardAtMs);
  return {
    ...rest,
    driver_version,
    session,
    online,
    product,
    vehicle,
    changed_at: toTimestamp(changedAtMs),
    heard_at,
  };
}
