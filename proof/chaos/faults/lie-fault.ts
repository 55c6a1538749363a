import { setTimeout as sleep } from 'node:timers/promises';
import { serviceClock } from '../city/service-clock.ts';
import { askPrimary } from '../city/observer.ts';
import { readShardsNow } from '../checker/read-database.ts';
import { actForTheAbsent, DriverApiLies } from '../lies/edge-lies.ts';
import { forbiddenTo } from '../lies/forbidden.ts';
import { newTally, type LieTally } from '../lies/lie-tally.ts';
import { Liar, tryAsOutsider } from '../lies/liar.ts';
import { INVENTED_OWNER, MatcherLies } from '../lies/matcher-lies.ts';
import { readTruth } from '../lies/truth.ts';
import { Incident, whenRecovered, type FaultContext, type FaultTrace } from './fault-context.ts';

/** Between two rounds of lies. */
const TELL_INTERVAL_MS = 200;
const STOLEN = ['matcher', 'driver-api', 'rider-api'] as const;
/** No shard changes hands so often in a run. */
const MOST_EPOCHS_IN_A_RUN = 1_000_000;

/**
 * Processes with the keys of a matcher, a driver-api and a rider-api, and one without a key, say and ask for what they may
 * and what they may not. What they may not must be refused; what they may does harm only while it is repeated.
 */
export async function lieOnBus(context: FaultContext): Promise<FaultTrace> {
  const { city, planned } = context;
  const incident = new Incident(context, STOLEN.join(', '));
  const tally = newTally();
  incident.lied(tally);
  const [matcher, driverApi, riderApi] = await Promise.all([
    Liar.as('matcher', city, tally),
    Liar.as('driver-api', city, tally),
    Liar.as('rider-api', city, tally),
  ]);
  const liars = [matcher, driverApi, riderApi];
  try {
    await tryAsOutsider(city, tally);
    for (const liar of liars) {
      const { publications, subscriptions } = forbiddenTo(liar.role);
      await liar.tryAll(publications, subscriptions);
    }
    const truth = await readTruth(city, serviceClock(city));
    await actForTheAbsent(riderApi, truth, tally);
    const [asMatcher, asDriverApi] = [
      new MatcherLies(matcher, truth, tally),
      new DriverApiLies(driverApi, truth),
    ];
    const endMs = performance.now() + planned.lastsMs;
    do {
      await asMatcher.tell();
      asDriverApi.tell();
      await sleep(TELL_INTERVAL_MS);
    } while (performance.now() < endMs);
  } finally {
    await Promise.all(liars.map((liar) => liar.close()));
  }
  if (tally.answered === 0) incident.fail('nobody asked the liars anything');
  await lookAtShards(context, tally);
  return incident.end(await whenRecovered(context));
}

/** The table of shards, where a lie must not arrive. */
async function lookAtShards({ city }: FaultContext, tally: LieTally): Promise<void> {
  for (const { shard, epoch, owner } of await askPrimary(city, readShardsNow)) {
    if (owner === INVENTED_OWNER) tally.believed.push(`${shard} belongs to an invented matcher`);
    if (epoch > MOST_EPOCHS_IN_A_RUN) tally.believed.push(`${shard} has the invented epoch ${epoch}`);
  }
}
