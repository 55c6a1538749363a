import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS } from '#libs/bus';

/**
 * Whether NATS is connected. Hints published during an outage are lost, so listeners catch up after the reconnect.
 */
@Injectable()
export class BusLink implements OnModuleInit {
  readonly #listeners: (() => void)[] = [];
  #connected = true;

  constructor(@Inject(BUS) private readonly bus: NatsConnection) {}

  get connected(): boolean {
    return this.#connected && !this.bus.isClosed();
  }

  onReturn(listener: () => void): void {
    this.#listeners.push(listener);
  }

  onModuleInit(): void {
    void this.#follow();
  }

  async #follow(): Promise<void> {
    for await (const { type } of this.bus.status()) {
      if (type === 'disconnect') this.#connected = false;
      if (type !== 'reconnect') continue;
      this.#connected = true;
      for (const listener of this.#listeners) listener();
    }
  }
}
