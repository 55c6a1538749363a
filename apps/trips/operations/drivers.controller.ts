import { Controller, Get, Query } from '@nestjs/common';
import type { z } from 'zod';
import { getOperatorDrivers, routerPath, toTimestamp } from '#libs/contracts';
import { AskerOf, ForRole, type Asker } from '#libs/service';
import { findDrivers, TripStore, type FoundDriver } from '#libs/store';
import { OperatorAudit } from './operator-audit.ts';

type Page = z.output<typeof getOperatorDrivers.response>;

/** Shows operators drivers. */
@Controller()
export class OperatorDriversController {
  constructor(
    private readonly store: TripStore,
    private readonly audit: OperatorAudit,
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
