import { Inject, Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { CLOCK, machineTime, type Cancel, type Clock } from '#libs/service';
import { BusLink } from '../presence/bus-link.ts';
import type { DriverPresence } from '../presence/driver-presence.ts';
import { Presences } from '../presence/presences.ts';
import { PositionPublisher } from './position-publisher.ts';

/**
 * How long after its socket closed a driver's position stays published, wall time. A phone that changes networks
 * reconnects sooner.
 */
const LOST_SOCKET_GRACE_MS = 3_000;
/** How often drivers without a socket are searched for, wall time. */
const CHECK_INTERVAL_MS = 500;

/**
 * Takes drivers who lost their socket off the position stream: an offer to them would only expire. They stay online,
 * and their next position puts them back. A driver on a trip stays on the stream, so that matchers keep counting it.
 */
@Injectable()
export class WithdrawLostDrivers implements OnModuleInit, BeforeApplicationShutdown {
  #stop: Cancel | undefined;

  constructor(
    private readonly presences: Presences,
    private readonly publisher: PositionPublisher,
    private readonly link: BusLink,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.#stop = this.clock.every(machineTime(this.clock, CHECK_INTERVAL_MS), () => this.#check());
  }

  /** Drivers disconnected by this shutdown will soon connect to another instance. */
  beforeApplicationShutdown(): void {
    this.#stop?.();
  }

  #check(): void {
    // During a NATS outage the withdrawal would be lost and never repeated.
    if (!this.link.connected) return;
    const latestMs = this.clock.now() - machineTime(this.clock, LOST_SOCKET_GRACE_MS);
    for (const presence of this.presences.all()) {
      if (isOverdue(presence, latestMs)) this.publisher.withdraw(presence);
    }
  }
}

/** Whether the driver has lost its socket and has sent no other request since `latestMs`. */
function isOverdue({ reach, attended, heardAtMs, state }: DriverPresence, latestMs: number): boolean {
  return reach === 'lost' && attended && heardAtMs < latestMs && state.status !== 'on_trip';
}
