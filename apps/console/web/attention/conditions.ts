import type { SystemHealth, WebhookView } from '#libs/contracts';

/** A standby that shows commits later than this is too slow: lists are read elsewhere, and a failover waits for it. */
const SLOW_REPLAY_MS = 10_000;
/** A change that waits longer than this for the stream of events waits for a repair. */
const OLD_OUTBOX_S = 30;

/** Something that is wrong now, and is over when it is mended: nobody has to acknowledge it. */
export interface Condition {
  key: string;
  text: string;
  /** Where more is to be seen; undefined: nowhere on this page. */
  href?: string;
}

/** What the operators' API tells of webhooks. */
export interface WebhookList {
  data: readonly Pick<WebhookView, 'webhook_id' | 'url' | 'suspended_reason' | 'waiting'>[];
  delivery: string;
}

const REASONS: Readonly<Record<NonNullable<WebhookView['suspended_reason']>, string>> = {
  gone: 'its address is gone (410)',
  refused: 'its address refuses every attempt',
  too_many_waiting: 'too many events wait for it',
};

/** What is wrong with what the city stands on. Undefined parts are not known, and not judged. */
export function conditionsOf(
  health: SystemHealth | undefined,
  webhooks: WebhookList | undefined,
): Condition[] {
  return [
    ...(health === undefined ? [] : ofHealth(health)),
    ...(webhooks === undefined ? [] : ofWebhooks(webhooks)),
  ];
}

function ofHealth({ postgres, outbox, nats, event_stream: stream }: SystemHealth): Condition[] {
  const found: Condition[] = [];
  const say = (key: string, text: string): void => void found.push({ key, text, href: '/shards' });
  if (postgres === null) say('postgres', 'No primary of Postgres answers: nothing can be committed.');
  else if (postgres.standbys.length === 0)
    say('standbys', 'No standby follows the primary: commits wait for one.');
  for (const { name, state, replay_lag_ms: lagMs } of postgres?.standbys ?? []) {
    if (state !== 'streaming')
      say(`standby ${name}`, `The standby ${name} does not follow the primary: ${state}.`);
    else if (lagMs !== null && lagMs > SLOW_REPLAY_MS)
      say(`standby ${name}`, `The standby ${name} is ${Math.round(lagMs / 1_000)} s behind the primary.`);
  }
  if (outbox !== null && outbox.oldest_s !== null && outbox.oldest_s > OLD_OUTBOX_S)
    say('outbox', `Changes wait for the stream of events, the oldest for ${Math.round(outbox.oldest_s)} s.`);
  if (nats === null) say('nats', 'No nats-server answers: nobody is matched, and nobody is told anything.');
  else if (stream === null || stream.leader === null)
    say('stream', 'The stream of events stores nothing now. No decision is lost: the outbox keeps them.');
  return found;
}

function ofWebhooks({ data, delivery }: WebhookList): Condition[] {
  const found = data.flatMap(({ webhook_id: id, url, suspended_reason: reason, waiting }): Condition[] =>
    reason === null
      ? []
      : [
          {
            key: id,
            text: `The webhook to ${url} is suspended: ${REASONS[reason]}. ${waiting} events wait.`,
          },
        ],
  );
  if (data.length > 0 && delivery === 'no_worker')
    found.push({ key: 'delivery', text: 'No process delivers webhooks: their events wait.' });
  return found;
}
