import { Link } from 'wouter';
import type { SystemHealth } from '#libs/contracts';
import { Panel } from '../design/parts.tsx';
import { callOps } from '../ops-api/call.ts';
import { usePolled } from '../ops-api/use-polled.ts';
import { useMay } from '../session/context.ts';
import { conditionsOf, type WebhookList } from './conditions.ts';

/** How often conditions are looked at. */
const CONDITIONS_EVERY_MS = 10_000;

/** What is wrong now with Postgres, NATS and webhooks; shown only if something is. */
export function ConditionsPanel() {
  const seesWebhooks = useMay('integrations');
  const { data } = usePolled(
    `conditions ${seesWebhooks}`,
    async (signal) => {
      const [health, webhooks] = await Promise.all([
        callOps<SystemHealth>('/v1/ops/health', { signal }),
        seesWebhooks ? callOps<WebhookList>('/v1/webhooks', { signal }) : undefined,
      ]);
      return conditionsOf(health, webhooks);
    },
    CONDITIONS_EVERY_MS,
  );
  if (data === undefined || data.length === 0) return null;
  return (
    <Panel title="Wrong now">
      <ul className="entries" aria-label="Conditions">
        {data.map(({ key, text, href }) => (
          <li key={key} className="entry">
            <p>{text}</p>
            {href !== undefined && <Link href={href}>Look</Link>}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
