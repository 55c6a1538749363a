import { busTraffic, type BusRole } from '#libs/contracts';
import { inboxOf } from './liar.ts';

/** Beside the contracts: the inboxes of others, the stream's administration, and everything at once. */
const ALWAYS_CLOSED = {
  publications: [
    '$JS.API.STREAM.DELETE.TRIP_EVENTS',
    '$JS.API.STREAM.PURGE.TRIP_EVENTS',
    '$SYS.REQ.SERVER.PING',
    'outside.of.all.contracts',
  ],
  subscriptions: ['>', '_INBOX.>', '_INBOX.trips.>', '$SYS.>', 'trips.events.>'],
};
const STAR = /\*/g;

/** Every subject on which the contracts let the role say nothing, and those where it may hear nothing. */
export function forbiddenTo(role: BusRole): { publications: string[]; subscriptions: string[] } {
  const traffic = busTraffic();
  return {
    publications: [
      ...traffic
        .filter(({ from }) => !from.includes(role))
        .map(({ pattern }) => pattern.replace(STAR, 'nobody')),
      inboxOf('trips'),
      ...ALWAYS_CLOSED.publications,
    ],
    subscriptions: [
      ...traffic.filter(({ to }) => !to.includes(role)).map(({ pattern }) => pattern),
      ...ALWAYS_CLOSED.subscriptions,
    ],
  };
}
