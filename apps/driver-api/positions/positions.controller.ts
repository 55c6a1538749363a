import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { z } from 'zod';
import {
  asHailgridError,
  ERRORS,
  HailgridError,
  issuesOf,
  parseOrThrow,
  ping,
  positionsEnvelope,
  positionsRequest,
  postPositions,
  routerPath,
  toTimestamp,
  type PositionsResult,
} from '#libs/contracts';
import { CallerOf, CLOCK, ForRole, type Caller, type Clock } from '#libs/service';
import { Availability } from '../availability/availability.ts';
import { driverOf } from '../caller/caller.ts';
import { Presences } from '../presence/presences.ts';
import { ReceivePosition } from './receive-position.ts';

@Controller()
@ForRole('driver')
export class PositionsController {
  constructor(
    private readonly receivePosition: ReceivePosition,
    private readonly presences: Presences,
    private readonly availability: Availability,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Receives the positions that a phone collected without a socket. A refused position does not affect the others.
   * Throws for the whole batch on `driver_offline`, on any failure that prevents judging a position, and if no position
   * could be read: the app then does not know the form.
   */
  @Post(routerPath(postPositions))
  @HttpCode(postPositions.status)
  async positions(
    @CallerOf() caller: Caller,
    @Body({ schema: positionsEnvelope }) { positions }: z.infer<typeof positionsEnvelope>,
  ): Promise<PositionsResult> {
    const driverId = driverOf(caller);
    if (positions.every((position) => !ping.safeParse(position).success)) {
      throw unreadable({ positions });
    }
    const rejected: PositionsResult['rejected'] = [];
    for (const [index, position] of positions.entries()) {
      try {
        await this.receivePosition.receive(driverId, parseOrThrow(ping, position, 'position'));
      } catch (thrown) {
        const error = asHailgridError(thrown);
        if (!isRefusalOfOne(error)) throw error;
        rejected.push({ index, seq: seqOf(position), code: error.code, detail: detailOf(error) });
      }
    }
    const offsetMs = this.presences.get(driverId)?.clock?.offsetMs;
    return {
      at: toTimestamp(this.clock.now()),
      clock_offset_ms: offsetMs === undefined ? null : Math.round(offsetMs),
      offer: await this.availability.poll(driverId),
      accepted: positions.length - rejected.length,
      rejected,
    };
  }
}

/** The error that names what is wrong with each position. */
function unreadable(body: object): HailgridError {
  const { error } = positionsRequest.safeParse(body);
  const issues = error === undefined ? [] : issuesOf(error);
  return new HailgridError('invalid_request', 'no position could be read', { issues });
}

function isRefusalOfOne({ code, status }: HailgridError): boolean {
  return status < 500 && code !== 'driver_offline';
}

function seqOf(position: unknown): number | null {
  return z.object({ seq: z.int() }).safeParse(position).data?.seq ?? null;
}

function detailOf({ code, detail, issues: [issue] }: HailgridError): string {
  if (detail !== undefined) return detail;
  return issue === undefined ? ERRORS[code].title : `${issue.pointer} ${issue.message}`;
}
