import { Injectable } from '@nestjs/common';
import {
  asHailgridError,
  ERRORS,
  HailgridError,
  type DriverId,
  type Ping,
  type PositionsResult,
} from '#libs/contracts';
import { ReceivePosition } from './receive-position.ts';

/** Takes what a phone gathered while it had no socket; a bad position does not take the others with it. */
@Injectable()
export class ReceiveBatch {
  constructor(private readonly receivePosition: ReceivePosition) {}

  /** Throws `driver_offline` for the whole batch, and what keeps us from judging it at all. */
  async execute(driverId: DriverId, pings: readonly Ping[]): Promise<PositionsResult> {
    const rejected: PositionsResult['rejected'] = [];
    for (const ping of pings) {
      try {
        await this.receivePosition.receive(driverId, ping);
      } catch (thrown) {
        const error = asHailgridError(thrown);
        if (!isRefusalOfOne(error)) throw error;
        rejected.push({ seq: ping.seq, code: error.code, detail: ERRORS[error.code].title });
      }
    }
    return { accepted: pings.length - rejected.length, rejected };
  }
}

function isRefusalOfOne({ code, status }: HailgridError): boolean {
  return status < 500 && code !== 'driver_offline';
}
