import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Msg } from '@nats-io/transport-node';
import {
  demandSubject,
  encodePositionBatch,
  HEARTBEAT_SUBJECT,
  pickupEtaSubject,
  positionSubject,
  SHARD_MAP_SUBJECT,
  shardMapMessage,
  type BusRole,
  type Product,
  type ShardPage,
} from '#libs/contracts';
import { cellKeyToH3, positionCellOf } from '#libs/geo';
import type { AttackCity } from '../city/attack-city.ts';
import { withKeyOf } from '../city/bus-speaker.ts';
import { call, cancel, driverAt, eastNorth, operatorToken, ride, riderOf, ROSSIO } from '../city/people.ts';
import { outcome, type Attack, type Outcome } from '../runner/attack.ts';

/** The highest number that JSON carries exactly: a fence that took it would never fall again. */
const ENDLESS = Number.MAX_SAFE_INTEGER;
/** A driver with a false status is believed again within 30 s, and then gets an offer. */
const RECOVERY_LIMIT_MS = 45_000;
const MATCHING_LIMIT_MS = 20_000;
/** A ride that the driver of another attack could take would show nothing. */
const NORTH = eastNorth(ROSSIO, 0, 2_000);

async function shardsOf(city: AttackCity): Promise<ShardPage['data']> {
  const { status, body } = await call(city.urls.trips, '/v1/shards?limit=1000', {
    method: 'GET',
    token: await operatorToken(city),
  });
  if (status !== 200) throw new Error(`no shards: ${status} ${JSON.stringify(body)}`);
  return (body as ShardPage).data;
}

/** The attack worked if a rider beside a free driver gets no offer afterwards. */
async function matchingStops(
  city: AttackCity,
  product: Product,
  limitMs = MATCHING_LIMIT_MS,
): Promise<Outcome> {
  const driver = await driverAt(city, NORTH, product);
  try {
    return await rideGetsOffer(city, product, limitMs, () => driver.offer());
  } finally {
    await driver.goHome();
  }
}

async function rideGetsOffer(
  city: AttackCity,
  product: Product,
  limitMs: number,
  offer: () => Promise<unknown>,
): Promise<Outcome> {
  const rider = await riderOf(city);
  const trip = await ride(rider, NORTH, ROSSIO, product);
  const startedAtMs = performance.now();
  const offered = (async (): Promise<boolean> => {
    while (performance.now() - startedAtMs < limitMs) {
      // A phone waits 20 s for a frame.
      const arrived = await offer().then(
        () => true,
        () => false,
      );
      if (arrived) return true;
    }
    return false;
  })();
  const inTime = await Promise.race([offered, sleep(limitMs, false, { ref: false })]);
  await cancel(rider, trip);
  return outcome(
    !inTime,
    `offer ${inTime ? '' : 'not '}made within ${Math.round(performance.now() - startedAtMs)} ms`,
  );
}

function endlessEpochs(role: BusRole | 'observer'): Attack {
  return {
    id: `endless-epochs:${role}`,
    what: `Stop matching by epochs of 2^53-1 on shardmap, with the key of ${role}`,
    run: async (city) => {
      const shards = (await shardsOf(city)).map(({ shard }) => ({
        shard,
        epoch: ENDLESS,
        owner: 'attacker-1',
      }));
      await withKeyOf(city, role, async ({ bus }) => {
        for (let time = 0; time < 3; time += 1) bus.publish(SHARD_MAP_SUBJECT, JSON.stringify({ shards }));
        await bus.flush();
      });
      return matchingStops(city, 'premium');
    },
  };
}

const FALSE_MOVED: Attack = {
  id: 'moved-to-nobody',
  what: 'Answer for a matcher that its shards have moved, at epochs of 2^53-1, so that nobody matches them',
  run: (city) =>
    withKeyOf(city, 'matcher', async ({ bus }) => {
      const lie = (message: Msg): void => {
        const { shard } = message.json<{ shard: string }>();
        const claim = { shard, epoch: ENDLESS, owner: 'attacker-1' };
        message.respond(JSON.stringify({ result: 'moved', claim }));
      };
      for (const matcher of ['matcher-1', 'matcher-2']) {
        for (const subject of [demandSubject(matcher), pickupEtaSubject(matcher)])
          bus.subscribe(subject, { callback: (_, message) => lie(message) });
      }
      await bus.flush();
      return matchingStops(city, 'premium');
    }),
};

const ANSWER_ON_SHARDMAP: Attack = {
  id: 'answer-on-shardmap',
  what: 'Have trips publish its answer on shardmap, by naming it as the inbox',
  run: (city) =>
    withKeyOf(city, 'observer', async (observer) => {
      const odd: string[] = [];
      observer.bus.subscribe(SHARD_MAP_SUBJECT, {
        callback: (_, message) => {
          const text = message.string();
          if (!isShardMap(text)) odd.push(text);
        },
      });
      await observer.bus.flush();
      await withKeyOf(city, 'rider-api', async ({ bus }) => {
        const asked = JSON.stringify({ pattern: 'trips.shards.map', data: {}, id: randomUUID() });
        for (let time = 0; time < 5; time += 1)
          bus.publish('trips.shards.map', asked, { reply: SHARD_MAP_SUBJECT });
        await bus.flush();
        // The answer of an honest question shows that those before it were handled.
        await bus.request('trips.shards.map', asked, { timeout: 5_000 });
      });
      await sleep(200);
      return outcome(odd.length > 0, odd[0] ?? 'nothing was published');
    }),
};

function isShardMap(text: string): boolean {
  try {
    return shardMapMessage.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}

const ENDLESS_VERSION: Attack = {
  id: 'endless-version',
  what: 'Hide a free driver for ever by a position record with status version 2^53-1, with the key of driver-api',
  waits: true,
  run: async (city) => {
    const driver = await driverAt(city, NORTH, 'xl');
    try {
      const now = Date.now();
      const record = {
        driverId: driver.driverId,
        session: 1,
        seq: 0xffff_fff0,
        ...NORTH,
        recordedAtMs: now,
        freeAtMs: 0,
        rideEnd: undefined,
        booked: false,
        status: 'on_trip',
        statusVersion: ENDLESS,
        product: 'xl',
        left: false,
        headingDeg: undefined,
        speedMps: undefined,
      } as const;
      await withKeyOf(city, 'driver-api', async ({ bus }) => {
        const batch = encodePositionBatch({ sentAtMs: now, records: [record] });
        bus.publish(positionSubject(cellKeyToH3(positionCellOf(NORTH))), batch);
        await bus.flush();
      });
      return await rideGetsOffer(city, 'xl', RECOVERY_LIMIT_MS, () => driver.offer());
    } finally {
      await driver.goHome();
    }
  },
};

const GHOST: Attack = {
  id: 'ghost-matcher',
  what: 'Have shards given to a matcher that only sends heartbeats',
  run: async (city) => {
    await withKeyOf(city, 'matcher', async ({ bus }) => {
      const load = { shards_owned: 0, round_p99_ms: 1, drivers_in_dead_part: 0, shards: [] };
      const beat = JSON.stringify({ matcher: 'attacker-1', incarnation: randomUUID(), ...load });
      for (let time = 0; time < 20; time += 1) {
        bus.publish(HEARTBEAT_SUBJECT, beat);
        await sleep(100);
      }
    });
    const given = (await shardsOf(city)).filter(({ owner }) => owner === 'attacker-1');
    return outcome(given.length > 0, `${given.length} shards`);
  },
};

/** False messages, by roles that may send them and by whoever could send anything. */
export const BUS_LIES: readonly Attack[] = [
  endlessEpochs('trips'),
  endlessEpochs('observer'),
  FALSE_MOVED,
  ANSWER_ON_SHARDMAP,
  ENDLESS_VERSION,
  GHOST,
];
