import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { postPositions, routerPath, type PositionsRequest, type PositionsResult } from '#libs/contracts';
import { CallerOf, ForRole, type Caller } from '#libs/service';
import { driverOf } from '../caller/driver-of.ts';
import { ReceiveBatch } from './receive-batch.ts';

@Controller()
@ForRole('driver')
export class PositionsController {
  constructor(private readonly receiveBatch: ReceiveBatch) {}

  @Post(routerPath(postPositions))
  @HttpCode(postPositions.status)
  positions(
    @CallerOf() caller: Caller,
    @Body({ schema: postPositions.body }) { positions }: PositionsRequest,
  ): Promise<PositionsResult> {
    return this.receiveBatch.execute(driverOf(caller), positions);
  }
}
