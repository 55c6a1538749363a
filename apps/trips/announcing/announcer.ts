import { Injectable } from '@nestjs/common';
import type { WrittenChange } from '#libs/store';
import { ChangePusher } from './change-pusher.ts';
import { EventPublisher } from './event-publisher.ts';
import { tripChangeOf } from './trip-change.ts';

/** Tells committed changes: to those concerned at once, and to the stream of events in the order of their numbers. */
@Injectable()
export class Announcer {
  constructor(
    private readonly pusher: ChangePusher,
    private readonly publisher: EventPublisher,
  ) {}

  /** Changes that this process has just committed. */
  announce(written: readonly WrittenChange[]): void {
    const changes = written.map(tripChangeOf);
    for (const change of changes) this.pusher.push(change);
    this.publisher.publish(changes);
  }
}
