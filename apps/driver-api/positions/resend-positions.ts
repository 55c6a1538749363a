import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, logDropped, subscribeJson } from '#libs/bus';
import { POSITIONS_RESEND_SUBJECT, resendRequest, type ResendRequest } from '#libs/contracts';
import { parseCellKey } from '#libs/geo';
import { LOGGER, type Logger } from '#libs/service';
import { PositionPublisher } from './position-publisher.ts';

/** Republishes positions for a matcher that has gained cells: positions are not stored, only held in driver-apis. */
@Injectable()
export class ResendPositions implements OnModuleInit {
  constructor(
    @Inject(BUS) private readonly bus: NatsConnection,
    private readonly publisher: PositionPublisher,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    subscribeJson(
      this.bus,
      POSITIONS_RESEND_SUBJECT,
      resendRequest,
      (request) => this.#resend(request),
      logDropped(this.logger),
    );
  }

  #resend({ cells }: ResendRequest): void {
    const known = cells.map(parseCellKey).filter((cell) => cell !== undefined);
    this.publisher.resend(new Set(known));
    this.logger.info({ event: 'positions_resent', cells: known.length }, 'positions resent');
  }
}
