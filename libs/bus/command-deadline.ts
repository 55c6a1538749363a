import { headers, type MsgHdrs } from '@nats-io/transport-node';
import { machineTime, type Clock } from '#libs/service';

/** Header of a command: when its asker gives it up, in ms of service time. */
const DEADLINE_HEADER = 'Hailgrid-Deadline-Ms';

/** How far the clocks of two machines may differ before commands are refused as too late, wall time. */
export const CLOCK_TOLERANCE_MS = 250;

/** What a handler is given instead of the input of a command whose asker has given it up. */
export const LATE_COMMAND = Symbol('late command');

export function deadlineHeaders(deadlineMs: number): MsgHdrs {
  const envelope = headers();
  envelope.set(DEADLINE_HEADER, String(Math.ceil(deadlineMs)));
  return envelope;
}

/** A command without a deadline never is. */
export function isLate(envelope: MsgHdrs | undefined, clock: Clock): boolean {
  const deadline = envelope?.get(DEADLINE_HEADER) ?? '';
  return deadline !== '' && clock.now() > Number(deadline) + machineTime(clock, CLOCK_TOLERANCE_MS);
}
