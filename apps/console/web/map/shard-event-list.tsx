import { wordsOf, type ShardEvent } from './shard-events.ts';
import type { Selection } from './view-hash.ts';

interface ShardEventsProps {
  events: readonly ShardEvent[];
  onSelect: (selection: Selection) => void;
}

/** What has happened to shards since the page was opened. */
export function ShardEvents({ events, onSelect }: ShardEventsProps) {
  return (
    <section className="map-card map-events" aria-label="Changes of shards">
      <h2>Changes</h2>
      {events.length === 0 ? (
        <p className="map-hint">Each shard is where it was when you opened this page.</p>
      ) : (
        <ol>
          {events.map((event) => (
            <li key={`${event.shard} ${event.epoch} ${event.kind} ${event.atMs}`}>
              <button
                type="button"
                className="map-link"
                onClick={() => onSelect({ kind: 'shard', id: event.shard })}
              >
                <code>{shortCell(event.shard)}</code>
              </button>{' '}
              {wordsOf(event)}
              <span className="map-hint">
                {' '}
                epoch {event.epoch} · {timeOf(event.atMs)}
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

/** A cell without the f's that only fill it up. */
export function shortCell(cell: string): string {
  return cell.replace(/f{3,}$/, '…');
}

export function timeOf(atMs: number): string {
  return new Date(atMs).toLocaleTimeString('en-GB');
}
