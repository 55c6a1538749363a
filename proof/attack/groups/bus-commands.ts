import {
  answerOffer,
  cancelTrip,
  createTrip,
  driveTrip,
  getTrip,
  goOffline,
  goOnline,
  listTrips,
  newId,
  replayTrip,
  type CommandReply,
  type RiderId,
  type TripId,
} from '#libs/contracts';
import { onlineBody } from '../../../test/phones/driver-phone.ts';
import type { AttackCity } from '../city/attack-city.ts';
import { withKeyOf, type BusSpeaker } from '../city/bus-speaker.ts';
import { cancel, personToken, ride, riderOf } from '../city/people.ts';
import { outcome, type Attack, type Outcome } from '../runner/attack.ts';

interface Victim {
  riderId: RiderId;
  tripId: TripId;
}
/** Sends the command with a token or none. */
type Act = (thief: BusSpeaker, victim: Victim, token?: string) => Promise<CommandReply>;

const idempotency = { key: 'attack', request_digest: '0'.repeat(64) };
const reader = ({ riderId }: Victim) => ({ role: 'rider', rider_id: riderId }) as const;

/** Every command that acts for a person, in the name of somebody who is not there. */
const ACTS: readonly { name: string; role: 'rider-api' | 'driver-api'; act: Act }[] = [
  {
    name: 'request-trip',
    role: 'rider-api',
    act: (thief, { riderId }, token) =>
      thief.command(createTrip, { rider_id: riderId, quote_id: newId('quote'), idempotency }, token),
  },
  {
    name: 'cancel-trip',
    role: 'rider-api',
    act: (thief, { riderId, tripId }, token) =>
      thief.command(cancelTrip, { rider_id: riderId, trip_id: tripId }, token),
  },
  {
    name: 'list-trips',
    role: 'rider-api',
    act: (thief, { riderId }, token) => thief.command(listTrips, { rider_id: riderId, limit: 10 }, token),
  },
  {
    name: 'read-trip',
    role: 'rider-api',
    act: (thief, victim, token) =>
      thief.command(getTrip, { trip_id: victim.tripId, reader: reader(victim) }, token),
  },
  {
    name: 'read-trip-as-operator',
    role: 'rider-api',
    act: (thief, { tripId }, token) =>
      thief.command(getTrip, { trip_id: tripId, reader: { role: 'operator' } }, token),
  },
  {
    name: 'replay-trip',
    role: 'rider-api',
    act: (thief, victim, token) =>
      thief.command(replayTrip, { trip_id: victim.tripId, after_seq: 0, reader: reader(victim) }, token),
  },
  {
    name: 'replay-trip-from-driver-api',
    role: 'driver-api',
    act: (thief, victim, token) =>
      thief.command(replayTrip, { trip_id: victim.tripId, after_seq: 0, reader: reader(victim) }, token),
  },
  {
    name: 'go-online',
    role: 'driver-api',
    act: (thief, _, token) =>
      thief.command(
        goOnline,
        { driver_id: newId('driver'), product: 'standard', vehicle: onlineBody.vehicle },
        token,
      ),
  },
  {
    name: 'go-offline',
    role: 'driver-api',
    act: (thief, _, token) => thief.command(goOffline, { driver_id: newId('driver') }, token),
  },
  {
    name: 'answer-offer',
    role: 'driver-api',
    act: (thief, _, token) =>
      thief.command(
        answerOffer,
        { driver_id: newId('driver'), offer_id: newId('offer'), answer: 'accept' },
        token,
      ),
  },
  {
    name: 'drive-trip',
    role: 'driver-api',
    act: (thief, { tripId }, token) =>
      thief.command(driveTrip, { driver_id: newId('driver'), trip_id: tripId, action: 'complete' }, token),
  },
];

const REFUSALS: readonly string[] = ['unauthenticated', 'forbidden'];

async function withVictim(
  city: AttackCity,
  role: 'rider-api' | 'driver-api',
  attack: (thief: BusSpeaker, victim: Victim) => Promise<CommandReply>,
): Promise<Outcome> {
  return city.alone(async () => {
    const rider = await riderOf(city);
    const trip = await ride(rider);
    try {
      const victim = { riderId: rider.riderId, tripId: trip.trip_id };
      const reply = await withKeyOf(city, role, (thief) => attack(thief, victim));
      // Another refusal comes too late: the command was judged although nobody was present.
      return outcome(reply.ok || !REFUSALS.includes(reply.error.code), reply);
    } finally {
      await cancel(rider, trip);
    }
  });
}

/** With the stolen key of an API process, in the name of people who are not there. */
export const BUS_COMMANDS: readonly Attack[] = ACTS.flatMap(({ name, role, act }) => [
  {
    id: `no-token:${name}`,
    what: `Have trips carry out ${name} with the stolen key of ${role} and no token`,
    run: (city) => withVictim(city, role, (thief, victim) => act(thief, victim)),
  },
  {
    id: `foreign-token:${name}`,
    what: `Have trips carry out ${name} with the stolen key of ${role} and the token of somebody else`,
    run: (city) =>
      withVictim(city, role, async (thief, victim) =>
        act(thief, victim, await personToken(city, role === 'rider-api' ? 'rider' : 'driver')),
      ),
  },
]);
