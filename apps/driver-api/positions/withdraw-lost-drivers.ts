import { Inject, Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { CLOCK, machineTime, type Cancel, type Clock } from '#libs/service';
import { BusLink } from '../presence/bus-link.ts';
import type { DriverPresence } from '../presence/driver-presence.ts';
import { Presences } from '../presence/presences.ts';
import { PositionPublisher } from './position-publisher.ts';

/**
 * How long after its socket closed a driver's position stays published, wall time. A phone that changes networks is
 * back sooner.
 */
const LOST_SOCKET_GRACE_MS = 3_000;
/** How often drivers without a socket are searched for, wall time. */
const CHECK_INTERVAL_MS = 500;

/**
 * Takes drivers whose socket has gone off the position stream: an offer would only expire with them. They stay
 * online, and their next position brings them back. One on a trip is offered nothing anyway, and stays for those who
 * count.
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

  /** Drivers whom our own shutdown disconnects are somewhere else in a moment. */
  beforeApplicationShutdown(): void {
    this.#stop?.();
  }

  #check(): void {
    // What is said while NATS is away is lost, and would not be said again.
    if (!this.link.connected) return;
    const latestMs = this.clock.now() - machineTime(this.clock, LOST_SOCKET_GRACE_MS);
    for (const presence of this.presences.all()) {
      if (isOverdue(presence, latestMs)) this.publisher.withdraw(presence);
    }
  }
}

/** Lost, and silent by its requests too. */
function isOverdue({ reach, attended, heardAtMs, state }: DriverPresence, latestMs: number): boolean {
  return reach === 'lost' && attended && heardAtMs < latestMs && state.status !== 'on_trip';
}
