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
import { driverOf } from '../caller/caller.ts';
import { Availability } from './availability.ts';

@Controller()
@ForRole('driver')
export class AvailabilityController {
  constructor(private readonly availability: Availability) {}

  @Get(routerPath(getDriverSelf))
  self(@CallerOf() caller: Caller): Promise<DriverView> {
    return this.availability.read(driverOf(caller));
  }

  @Post(routerPath(postOnline))
  @HttpCode(postOnline.status)
  online(
    @CallerOf() caller: Caller,
    @Body({ schema: postOnline.body }) body: OnlineRequest,
    @RequestIdOf() requestId: string,
    @Headers('idempotency-key') key: unknown,
  ): Promise<DriverView> {
    return this.availability.goOnline(driverOf(caller), body, { request_id: requestId }, key);
  }

  @Post(routerPath(postOffline))
  @HttpCode(postOffline.status)
  offline(
    @CallerOf() caller: Caller,
    @RequestIdOf() requestId: string,
    @Headers('idempotency-key') key: unknown,
  ): Promise<DriverView> {
    return this.availability.goOffline(driverOf(caller), { request_id: requestId }, { key });
  }
}
