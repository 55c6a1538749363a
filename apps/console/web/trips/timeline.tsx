import { Copy, IdLink } from '../design/ids.tsx';
import { Moment, secondsBetween, spanOf } from '../design/moments.tsx';
import { EVENTS, type Maybe, type TripEvent } from './words.ts';

/** How many characters of a hash stand for it. */
const SHOWN_OF_HASH = 8;

/** The events of a trip in order, each with the hash that chains it to the one before. */
export function Timeline({ events }: { events: readonly TripEvent[] }) {
  return (
    <ol className="timeline" aria-label="Events of the trip">
      {events.map((event, index) => (
        <Step key={event.seq} event={event} before={events[index - 1]} />
      ))}
    </ol>
  );
}

function Step({ event, before }: { event: TripEvent; before: Maybe<TripEvent> }) {
  const { seq, type, at, actor, driver_id: driverId, freed_driver_id: freedId, data, hash } = event;
  const details = Object.entries(data).filter(([, value]) => value !== null && typeof value !== 'object');
  return (
    <li className="timeline-step">
      <span className="timeline-number">{seq}</span>
      <div>
        <p>
          <strong>{EVENTS[type] ?? type}</strong>{' '}
          <span className="quiet">
            by {actor.kind} <ActorLink {...actor} />
          </span>
        </p>
        <p className="quiet">
          <code>{type}</code>
          {driverId !== null && (
            <>
              {' · '}
              <IdLink id={driverId} />
            </>
          )}
          {freedId !== null && (
            <>
              {' in place of '}
              <IdLink id={freedId} />
            </>
          )}
          {details.map(([name, value]) => (
            <span key={name}>
              {' · '}
              {name.replaceAll('_', ' ')}: {String(value)}
            </span>
          ))}
        </p>
      </div>
      <div className="timeline-when">
        <Moment at={at} look="exact" />
        {before !== undefined && <p className="quiet">+{spanOf(secondsBetween(before.at, at))}</p>}
      </div>
      <div className="timeline-hash quiet">
        {hash === null ? (
          'no hash'
        ) : (
          <>
            <code title={hash}>{hash.slice(0, SHOWN_OF_HASH)}</code>{' '}
            <Copy text={hash} what={`hash of event ${seq}`} />
            <p>{followed(seq, before)}</p>
          </>
        )}
      </div>
    </li>
  );
}

/** What the hash of an event includes of the event before it. */
function followed(seq: number, before: Maybe<TripEvent>): string {
  if (before === undefined) return 'begins the chain';
  if (before.seq !== seq - 1) return `event ${seq - 1} is missing`;
  return before.hash === null ? 'begins the chain' : `follows ${before.hash.slice(0, SHOWN_OF_HASH)}`;
}

function ActorLink({ kind, id }: TripEvent['actor']) {
  return kind === 'system' ? id : <IdLink id={id} />;
}
