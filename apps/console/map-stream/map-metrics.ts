import type { Metrics } from '#libs/service';

/** How map sockets fare. */
export interface MapMetrics {
  sent(bytes: number): void;
  /** A page had not acknowledged the last update when the next one was due. */
  skipped(): void;
  refused(code: string): void;
  closed(reason: string): void;
}

export function mapMetrics(metrics: Metrics, viewers: () => number): MapMetrics {
  metrics.gauge('map_viewers', 'Pages that show the live map', viewers);
  const updates = metrics.counter('map_updates_total', 'Updates sent to pages');
  const skipped = metrics.counter(
    'map_updates_skipped_total',
    'Updates left out because the page had not acknowledged the last one',
  );
  const bytes = metrics.counter('map_update_bytes_total', 'Bytes of updates sent to pages');
  const refused = metrics.counter('map_refused_total', 'Map sockets refused, by error code', ['code']);
  const closed = metrics.counter('map_closed_total', 'Map sockets that the console closed, by reason', [
    'reason',
  ]);
  return {
    sent: (size) => {
      updates.inc();
      bytes.inc(size);
    },
    skipped: () => skipped.inc(),
    refused: (code) => refused.inc({ code }),
    closed: (reason) => closed.inc({ reason }),
  };
}
