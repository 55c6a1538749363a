import { Body, Controller, Get, Headers, HttpCode, Post } from '@nestjs/common';
import {
  getDriverSelf,
  postOffline,
  postOnline,
  routerPath,
  type DriverView,
  type OnlineRequest,
} from '#libs/contracts';
import { CallerOf, ForRole, RequestIdOf, type Caller } from '#libs/service';
import { driverOf } from '../caller/driver-of.ts';
import { GoOffline } from './go-offline.ts';
import { GoOnline } from './go-online.ts';
import { ReadDriver } from './read-driver.ts';

@Controller()
@ForRole('driver')
export class AvailabilityController {
  constructor(
    private readonly readDriver: ReadDriver,
    private readonly goOnline: GoOnline,
    private readonly goOffline: GoOffline,
  ) {}

  @Get(routerPath(getDriverSelf))
  self(@CallerOf() caller: Caller): Promise<DriverView> {
    return this.readDriver.execute(driverOf(caller));
  }

  @Post(routerPath(postOnline))
  @HttpCode(postOnline.status)
  online(
    @CallerOf() caller: Caller,
    @Body({ schema: postOnline.body }) body: OnlineRequest,
    @RequestIdOf() requestId: string,
    @Headers('idempotency-key') key: unknown,
  ): Promise<DriverView> {
    return this.goOnline.execute(driverOf(caller), body, { request_id: requestId }, key);
  }

  @Post(routerPath(postOffline))
  @HttpCode(postOffline.status)
  offline(
    @CallerOf() caller: Caller,
    @RequestIdOf() requestId: string,
    @Headers('idempotency-key') key: unknown,
  ): Promise<DriverView> {
    return this.goOffline.execute(driverOf(caller), { request_id: requestId }, { key });
  }
}
