import { callerOf, COMMAND_CLASSES, HailgridError, type Command } from '#libs/contracts';
import type { Metrics } from '#libs/service';
import { CommandPlaces, type Admission, type PlaceRequest } from './command-places.ts';

/** The places of this process. */
const places = new CommandPlaces<() => void>();
type Refusal = Exclude<Admission, 'started' | 'waiting'>;
let onRefusal: (request: PlaceRequest, refusal: Refusal) => void = () => {};

/** Runs the work once the command has a place. Throws `rate_limited` or `unavailable` if too many wait. */
export async function inPlace<T>(
  { subject, sharing }: Command,
  input: unknown,
  work: () => Promise<T>,
): Promise<T> {
  const request: PlaceRequest = { ...callerOf(sharing, input), alone: sharing.alone };
  await placeFor(request, subject);
  try {
    return await work();
  } finally {
    for (const start of places.leave(request)) start();
  }
}

function placeFor(request: PlaceRequest, subject: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const admission = places.enter(request, resolve);
    if (admission === 'waiting') return;
    if (admission === 'started') resolve();
    else {
      onRefusal(request, admission);
      reject(refused(admission, request, subject));
    }
  });
}

function refused(refusal: Refusal, { commandClass, caller }: PlaceRequest, subject: string): HailgridError {
  return refusal === 'caller_full'
    ? new HailgridError('rate_limited', `${subject}: too many commands of ${caller} wait`)
    : new HailgridError('unavailable', `${subject}: too many commands of ${commandClass} wait`);
}

/** Shows the places of this process in its metrics. */
export function followCommandPlaces(metrics: Metrics): void {
  const byClass = (read: (each: (typeof COMMAND_CLASSES)[number]) => number): ReadonlyMap<string, number> =>
    new Map(COMMAND_CLASSES.map((each) => [each, read(each)]));
  metrics.gaugeBy('commands_in_hand', 'Commands being handled, by class', 'class', () =>
    byClass((each) => places.inHand(each)),
  );
  metrics.gaugeBy('commands_waiting', 'Commands that wait for a place, by class', 'class', () =>
    byClass((each) => places.waiting(each)),
  );
  const refusals = metrics.counter(
    'commands_refused_total',
    'Commands refused because too many of their caller or class waited',
    ['class', 'reason'],
  );
  onRefusal = ({ commandClass }, reason) => refusals.inc({ class: commandClass, reason });
}
