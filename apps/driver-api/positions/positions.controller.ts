import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import {
  asHailgridError,
  ERRORS,
  postPositions,
  routerPath,
  type HailgridError,
  type PositionsRequest,
  type PositionsResult,
} from '#libs/contracts';
import { CallerOf, ForRole, type Caller } from '#libs/service';
import { driverOf } from '../caller/caller.ts';
import { ReceivePosition } from './receive-position.ts';

@Controller()
@ForRole('driver')
export class PositionsController {
  constructor(private readonly receivePosition: ReceivePosition) {}

  /**
   * Receives the positions that a phone collected without a socket. A refused position does not affect the others.
   * Throws for the whole batch on `driver_offline`, and on any failure that prevents judging a position.
   */
  @Post(routerPath(postPositions))
  @HttpCode(postPositions.status)
  async positions(
    @CallerOf() caller: Caller,
    @Body({ schema: postPositions.body }) { positions }: PositionsRequest,
  ): Promise<PositionsResult> {
    const driverId = driverOf(caller);
    const rejected: PositionsResult['rejected'] = [];
    for (const ping of positions) {
      try {
        await this.receivePosition.receive(driverId, ping);
      } catch (thrown) {
        const error = asHailgridError(thrown);
        if (!isRefusalOfOne(error)) throw error;
        rejected.push({ seq: ping.seq, code: error.code, detail: ERRORS[error.code].title });
      }
    }
    return { accepted: positions.length - rejected.length, rejected };
  }
}

function isRefusalOfOne({ code, status }: HailgridError): boolean {
  return status < 500 && code !== 'driver_offline';
}
