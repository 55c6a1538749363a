import {
  AuthorizationError,
  connect,
  nkeyAuthenticator,
  type NodeConnectionOptions,
} from '@nats-io/transport-node';
import { BUS_ROLES, busTraffic, EVENT_STREAM, WEBHOOK_EVENT_CONSUMER, type BusRole } from '#libs/contracts';
import { inboxPrefixOf } from '#libs/nats';
import { makeBusKeys } from '../../../ops/bus-keys/make-bus-keys.ts';
import type { AttackCity } from '../city/attack-city.ts';
import { BusSpeaker } from '../city/bus-speaker.ts';
import { outcome, type Attack, type Outcome } from '../runner/attack.ts';

/** Whoever has no key. */
const OUTSIDERS: readonly Attack[] = [
  {
    id: 'anonymous',
    what: 'Log in to nats-server without a key',
    run: (city) => logIn(city, {}),
  },
  {
    id: 'unknown-key',
    what: 'Log in to nats-server with a key that it does not know',
    run: (city) => {
      const seed = new TextEncoder().encode(makeBusKeys().seeds.trips);
      return logIn(city, { authenticator: nkeyAuthenticator(seed) });
    },
  },
  {
    id: 'guessed-password',
    what: 'Log in to nats-server as the observer with a guessed password',
    run: (city) => logIn(city, { user: 'observer', pass: 'observer' }),
  },
  {
    id: 'key-of-nobody-as-user',
    what: 'Log in to nats-server with the name of a role as the user',
    run: (city) => logIn(city, { user: 'trips', pass: '' }),
  },
];

async function logIn({ natsUrl }: AttackCity, login: NodeConnectionOptions): Promise<Outcome> {
  try {
    const bus = await connect({ servers: natsUrl, reconnect: false, ...login });
    await bus.close();
    return outcome(true, 'nats-server accepted the login');
  } catch (error) {
    if (error instanceof AuthorizationError) return outcome(false, error.message);
    throw error;
  }
}

/** An id in the place of each `*`. */
const SUBJECTS = busTraffic().map(({ pattern, ...roles }) => ({
  ...roles,
  subject: pattern.replaceAll('*', 'attacker'),
}));

/** Subjects of the server that no role but `operator` may ask. */
const STREAM_REQUESTS = [
  `$JS.API.STREAM.PURGE.${EVENT_STREAM}`,
  `$JS.API.STREAM.DELETE.${EVENT_STREAM}`,
  `$JS.API.STREAM.UPDATE.${EVENT_STREAM}`,
  `$JS.API.STREAM.MSG.DELETE.${EVENT_STREAM}`,
  `$JS.API.STREAM.MSG.GET.${EVENT_STREAM}`,
  // A consumer that delivers to a subject has the server publish there.
  `$JS.API.CONSUMER.CREATE.${EVENT_STREAM}.attacker`,
  `$JS.API.CONSUMER.DURABLE.CREATE.${EVENT_STREAM}.attacker`,
  `$JS.API.CONSUMER.DELETE.${EVENT_STREAM}.${WEBHOOK_EVENT_CONSUMER}`,
  '$JS.API.STREAM.CREATE.attacker',
];
/** Subjects that no role at all may publish on. */
const NOBODYS = ['$SYS.REQ.SERVER.PING', '$SYS.REQ.ACCOUNT.PING.CONNZ', '_INBOX.trips.attacker', 'attacker'];
const OVERHEARD = ['>', '*.>', 'pos.>', 'push.>', 'track.>', 'trips.>', '_INBOX.>', '$JS.>', '$SYS.>'];

/** To nats-server `pos.>` is within `pos.*`; what it brings beyond, nobody sends. */
function hears(role: BusRole, pattern: string): boolean {
  return busTraffic().some(
    ({ to, pattern: own }) => to.includes(role) && own.replace(/\*$/, '>') === pattern,
  );
}

function thief(role: BusRole): Attack[] {
  const publish = [
    ...SUBJECTS.filter(({ from }) => !from.includes(role)).map(({ subject }) => subject),
    ...NOBODYS,
    ...(role === 'operator' ? [] : STREAM_REQUESTS),
  ];
  const subscribe = [
    ...SUBJECTS.filter(({ to }) => !to.includes(role)).map(({ subject }) => subject),
    ...OVERHEARD.filter((pattern) => !hears(role, pattern)),
    ...BUS_ROLES.filter((other) => other !== role).map((other) => `${inboxPrefixOf(other)}.>`),
  ];
  return [
    ...publish.map((subject) => ({
      id: `publish:${role}:${subject}`,
      what: `Publish on ${subject} with the stolen key of ${role}`,
      run: async (city: AttackCity) => {
        const speaker = await BusSpeaker.shared(city, role);
        const refusals = await speaker.refusalsOf((bus) => bus.publish(subject, '{}'));
        return outcome(!refusals.includes(`publish ${subject}`), refusals);
      },
    })),
    ...subscribe.map((subject) => ({
      id: `subscribe:${role}:${subject}`,
      what: `Hear ${subject} with the stolen key of ${role}`,
      run: async (city: AttackCity) => {
        const speaker = await BusSpeaker.shared(city, role);
        const refusals = await speaker.refusalsOf((bus) =>
          bus.subscribe(subject, { callback: () => undefined }),
        );
        return outcome(!refusals.includes(`subscription ${subject}`), refusals);
      },
    })),
  ];
}

/** What the contracts do not declare, tried with the key of each role on a real server. */
export const BUS_PERMISSIONS: readonly Attack[] = [...OUTSIDERS, ...BUS_ROLES.flatMap(thief)];
