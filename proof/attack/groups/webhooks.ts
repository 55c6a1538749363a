import { createServer, type Server } from 'node:http';
import { newId } from '#libs/contracts';
import { until } from '../../../dev/process/until.ts';
import type { AttackCity } from '../city/attack-city.ts';
import { call, driverAt, operatorToken, REASON, ride, riderOf, ROSSIO } from '../city/people.ts';
import { outcome, refusedWith, type Attack, type Outcome } from '../runner/attack.ts';

const DELIVERY_LIMIT_MS = 15_000;
const NOTE = 'The rider owes us 40 euros';

/** Addresses that a server must not call for anybody. */
const TARGETS: Record<string, string> = {
  'plain-http': 'http://example.com/hook',
  loopback: 'https://127.0.0.1/hook',
  'loopback-by-name': 'https://localhost/hook',
  'loopback-by-long-name': 'https://hook.localhost./hook',
  'loopback-elsewhere': 'https://127.8.8.8/hook',
  'loopback-decimal': 'https://2130706433/hook',
  'loopback-hexadecimal': 'https://0x7f000001/hook',
  'loopback-octal': 'https://0177.0.0.1/hook',
  'loopback-short': 'https://127.1/hook',
  'this-host': 'https://0.0.0.0/hook',
  'loopback-v6': 'https://[::1]/hook',
  'loopback-mapped': 'https://[::ffff:127.0.0.1]/hook',
  'loopback-mapped-hexadecimal': 'https://[::ffff:7f00:1]/hook',
  'loopback-nat64': 'https://[64:ff9b::7f00:1]/hook',
  'private-a': 'https://10.0.0.1/hook',
  'private-b': 'https://172.16.0.1/hook',
  'private-c': 'https://192.168.1.1/hook',
  'carrier-nat': 'https://100.64.0.1/hook',
  'unique-local-v6': 'https://[fd00::1]/hook',
  metadata: 'https://169.254.169.254/latest/meta-data/',
  'metadata-mapped': 'https://[::ffff:169.254.169.254]/latest/meta-data/',
  'link-local-v6': 'https://[fe80::1]/hook',
  multicast: 'https://224.0.0.1/hook',
  broadcast: 'https://255.255.255.255/hook',
  'internal-name': 'https://postgres.internal/hook',
  'with-credentials': 'https://user:password@example.com/hook',
  'file-address': 'file:///etc/passwd',
};

interface Receiver {
  url: string;
  bodies: string[];
  close(): Promise<void>;
}

/** An HTTP server on loopback; `redirectTo` is where it sends every caller. */
async function receive(redirectTo?: string): Promise<Receiver> {
  const bodies: string[] = [];
  const server: Server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      bodies.push(text);
      if (redirectTo === undefined) response.writeHead(200).end();
      else response.writeHead(307, { location: redirectTo }).end();
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    bodies,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

async function create(base: string, token: string, url: string, key = newId('event') as string) {
  const answer = await call(base, '/v1/webhooks', {
    token,
    body: { url },
    headers: { 'idempotency-key': key },
  });
  return { ...answer, body: answer.body as { webhook_id: string; secret: string | null } };
}

/** Creates a webhook at a receiver on loopback, which only the lenient `trips` takes, and deletes it afterwards. */
async function withWebhook(
  city: AttackCity,
  url: string,
  attack: (token: string, created: { webhook_id: string; secret: string | null }) => Promise<Outcome>,
): Promise<Outcome> {
  const token = await operatorToken(city);
  const { status, body } = await create(city.urls.lenientTrips, token, url);
  if (status !== 201) throw new Error(`no webhook: ${status} ${JSON.stringify(body)}`);
  try {
    return await attack(token, body);
  } finally {
    await call(city.urls.trips, `/v1/webhooks/${body.webhook_id}`, { method: 'DELETE', token });
  }
}

/** A trip that a driver declines and an operator cancels with a note. */
async function eventfulTrip(city: AttackCity, token: string): Promise<string> {
  return city.alone(async () => {
    const driver = await driverAt(city, ROSSIO);
    const rider = await riderOf(city);
    const trip = await ride(rider);
    await driver.decline(await driver.offer());
    const body = { ...REASON, note: NOTE };
    const cancelled = await call(city.urls.trips, `/v1/ops/trips/${trip.trip_id}/cancel`, { token, body });
    if (cancelled.status !== 200) throw new Error(`not cancelled: ${JSON.stringify(cancelled.body)}`);
    await driver.goHome();
    return trip.trip_id;
  });
}

const PAYLOAD: Attack = {
  id: 'internals-in-payload',
  what: 'Learn from a webhook who refused a trip, and what operators note',
  run: async (city) => {
    const receiver = await receive();
    try {
      return await withWebhook(city, receiver.url, async (token) => {
        const tripId = await eventfulTrip(city, token);
        const told = (): string[] => receiver.bodies.filter((body) => body.includes(tripId));
        await until(
          () => told().some((body) => body.includes('canceled')),
          DELIVERY_LIMIT_MS,
          () => `the end of the trip was not delivered (${told().length} events were)`,
        );
        const leak = /excluded_driver_ids|reason_code|attention|stale_epoch|idempotency|pickup_cell/.exec(
          told().join(),
        );
        const shown = leak?.[0] ?? (told().join().includes(NOTE) ? 'the note' : undefined);
        return outcome(shown !== undefined, shown ?? `${told().length} events`);
      });
    } finally {
      await receiver.close();
    }
  },
};

const REDIRECT: Attack = {
  id: 'redirect',
  what: 'Have webhooks call another address by a redirect',
  run: async (city) => {
    const inner = await receive();
    const outer = await receive(inner.url);
    try {
      return await withWebhook(city, outer.url, async (token) => {
        await eventfulTrip(city, token);
        await until(
          () => outer.bodies.length > 0,
          DELIVERY_LIMIT_MS,
          () => 'the webhook was not called',
        );
        // The outcome of the first delivery is there once the second one comes, or is reported.
        await until(
          async () => {
            const { body } = await call(city.urls.trips, '/v1/webhooks', { method: 'GET', token });
            return JSON.stringify(body).includes('"waiting":') && outer.bodies.length > 0;
          },
          DELIVERY_LIMIT_MS,
          () => 'the webhook is not listed',
        );
        return outcome(
          inner.bodies.length > 0,
          `${outer.bodies.length} calls, ${inner.bodies.length} followed`,
        );
      });
    } finally {
      await Promise.all([inner.close(), outer.close()]);
    }
  },
};

const SECRETS: readonly Attack[] = [
  {
    id: 'secret-by-key',
    what: 'See the secret of a webhook again by repeating its idempotency key, also after its deletion',
    run: async (city) => {
      const token = await operatorToken(city);
      const key = newId('event');
      const repeat = () => create(city.urls.lenientTrips, token, 'http://127.0.0.1:9/hook', key);
      const first = await repeat();
      if (first.status !== 201 || first.body.secret === null) throw new Error(`no webhook: ${first.status}`);
      const again = await repeat();
      await call(city.urls.trips, `/v1/webhooks/${first.body.webhook_id}`, { method: 'DELETE', token });
      const afterwards = await repeat();
      const shown = [again, afterwards].filter(({ body }) => JSON.stringify(body).includes('whsec_'));
      return outcome(shown.length > 0, [again.status, afterwards.status]);
    },
  },
  {
    id: 'secret-in-list',
    what: 'See the secret of a webhook in the list of webhooks',
    run: (city) =>
      withWebhook(city, 'http://127.0.0.1:9/hook', async (token) => {
        const { body } = await call(city.urls.trips, '/v1/webhooks', { method: 'GET', token });
        return outcome(JSON.stringify(body).includes('whsec_'), 'the list of webhooks');
      }),
  },
  {
    id: 'secret-in-database',
    what: 'Read the secret of a webhook in any table of Postgres, as superuser',
    run: (city) =>
      withWebhook(city, 'http://127.0.0.1:9/hook', async (_, { secret }) => {
        if (secret === null) throw new Error('no secret was shown');
        const tables = await city.rows<{ name: string }>(
          `SELECT oid::regclass::text AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
        );
        const needle = secret.replace('whsec_', '');
        const found: string[] = [];
        for (const { name } of tables) {
          const rows = await city.rows(
            `SELECT 1 FROM ${name} AS t WHERE strpos(t::text, '${needle}') > 0 LIMIT 1`,
          );
          if (rows.length > 0) found.push(name);
        }
        return outcome(found.length > 0, found.length > 0 ? found : `none of ${tables.length} tables`);
      }),
  },
];

export const WEBHOOKS: readonly Attack[] = [
  ...Object.entries(TARGETS).map(([id, url]) => ({
    id: `target:${id}`,
    what: `Have webhooks call ${url}`,
    run: async (city: AttackCity) =>
      refusedWith([400, 422], await create(city.urls.trips, await operatorToken(city), url)),
  })),
  PAYLOAD,
  REDIRECT,
  ...SECRETS,
];
