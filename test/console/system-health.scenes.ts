import { expect, test } from 'vitest';
import type { ConsoleCity } from '../../dev/browser/console-city.ts';
import { expectAccessible, keepScreenshot } from './looked-at-page.ts';

/** What the city stands on. */
export function systemHealthScenes(started: () => ConsoleCity): void {
  test('an operator sees the primary, its standby, NATS and the stream of events', async () => {
    const city = started();
    const page = await city.window();
    await city.signIn(page, '/shards', 'operator');
    const panel = page.locator('section.panel').filter({ hasText: 'Postgres and NATS' });
    await panel.getByText(`${city.city.database().primary} at 127.0.0.1:`).waitFor();
    const standbys = panel.getByRole('table', { name: 'Standbys' });
    await standbys.getByText('streaming').waitFor();
    await standbys.getByText('wait (quorum)').waitFor();
    await panel.getByText(/^nats\b.* ms from trips-1$/).waitFor();
    await panel.getByText(/^[\d,]+ events, /).waitFor();
    await expectAccessible(page);
    await keepScreenshot(page, 'shards-health');
    expect(city.complaints.splice(0)).toEqual([]);
    await page.context().close();
  });
}
