import { newId } from '#libs/contracts';
import { onlineBody } from '../../../test/phones/driver-phone.ts';
import type { AttackCity } from '../city/attack-city.ts';
import { call, operatorToken, personToken, REASON, type Answer } from '../city/people.ts';
import { refusedWith, type Attack } from '../runner/attack.ts';

/** Texts that break or mislead the screens of others (RFC 9839), or fill them. */
const TEXTS: Record<string, string> = {
  control: 'a\u0007b',
  nul: 'a\0b',
  escape: '\u001b[2Jx',
  'bidi-override': 'AA-\u202e00',
  'bidi-isolate': 'AA\u2066-00',
  'private-use': 'A\ue000',
  noncharacter: 'A\uffff',
  'unpaired-surrogate': 'A\ud800',
  invisible: '\u200b\u2060',
  blank: '   ',
  'tower-of-accents': `A${'\u0301'.repeat(200)}`,
  'too-long': 'x'.repeat(2_000),
};

type Send = (city: AttackCity, text: string) => Promise<Answer>;

function vehicle(member: string): Send {
  return async (city, text) =>
    call(city.urls.driver, '/v1/driver/online', {
      token: await personToken(city, 'driver'),
      body: { ...onlineBody, vehicle: { ...onlineBody.vehicle, [member]: text } },
    });
}

/** Every member of a request that people see. */
const MEMBERS: Record<string, Send> = {
  plate: vehicle('plate'),
  make: vehicle('make'),
  model: vehicle('model'),
  color: vehicle('color'),
  'reason-of-a-rider': async (city, reason) =>
    call(city.urls.rider, `/v1/trips/${newId('trip')}/cancel`, {
      token: await personToken(city, 'rider'),
      body: { reason },
    }),
  'reason-of-a-driver': async (city, reason) =>
    call(city.urls.driver, `/v1/trips/${newId('trip')}/cancel`, {
      token: await personToken(city, 'driver'),
      body: { reason },
    }),
  'note-of-an-operator': async (city, note) =>
    call(city.urls.trips, `/v1/ops/trips/${newId('trip')}/cancel`, {
      token: await operatorToken(city),
      body: { ...REASON, note },
    }),
  'reason-code-of-an-operator': async (city, reason_code) =>
    call(city.urls.trips, `/v1/ops/trips/${newId('trip')}/cancel`, {
      token: await operatorToken(city),
      body: { reason_code },
    }),
};

/** A body is refused before the trip that it names is looked up, so an unknown trip will do. */
export const TEXT: readonly Attack[] = Object.entries(MEMBERS).flatMap(([member, send]) =>
  Object.entries(TEXTS).map(([kind, text]) => ({
    id: `${member}:${kind}`,
    what: `Show others a text that is not fit to be seen (${kind}), as ${member}`,
    run: async (city: AttackCity) => refusedWith([400, 413], await send(city, text)),
  })),
);
