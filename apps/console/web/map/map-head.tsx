import { useEffect, useState, type ReactNode } from 'react';
import { Badge, type Tone } from '../design/parts.tsx';
import type { CityNews } from './city-feed.ts';
import type { Connection } from './city-stream.ts';

const CONNECTIONS: Readonly<Record<Connection, { tone: Tone; word: string }>> = {
  connecting: { tone: 'neutral', word: 'Connecting' },
  live: { tone: 'good', word: 'Live' },
  slow: { tone: 'warn', word: 'Slow' },
  reconnecting: { tone: 'danger', word: 'Reconnecting' },
};

/** How often the age of the newest update is updated. */
const AGE_TICK_MS = 1_000;

/** The city in figures, and whether they are of now. */
export function MapHead({ news }: { news: CityNews }) {
  const { connection, counts, cameAtMs, problem } = news;
  const { tone, word } = CONNECTIONS[connection];
  return (
    <section className="map-head" aria-label="The city in figures">
      <span className="map-connection">
        <output aria-live="polite">
          <Badge tone={tone}>{word}</Badge>
        </output>
        {cameAtMs !== undefined && <Age sinceMs={cameAtMs} />}
      </span>
      {counts !== undefined && (
        <dl className="map-counts">
          <Count name="free" sign={<Sign token="--car-free" />} value={counts.free} />
          <Count name="offered" sign={<Sign token="--car-offered" />} value={counts.offered} />
          <Count name="on trip" sign={<Sign token="--car-on-trip" />} value={counts.on_trip} />
          <Count name="waiting" sign={<Sign token="--trip-waiting" isRing />} value={counts.waiting_trips} />
          <Count name="open trips" value={counts.open_trips} />
        </dl>
      )}
      {problem !== undefined && (
        <p className="map-problem" role="alert">
          {problem}
        </p>
      )}
    </section>
  );
}

function Count({ name, value, sign }: { name: string; value: number; sign?: ReactNode }) {
  return (
    <div>
      <dt>
        {sign}
        {name}
      </dt>
      <dd>{value.toLocaleString('en')}</dd>
    </div>
  );
}

function Sign({ token, isRing }: { token: `--${string}`; isRing?: boolean }) {
  return (
    <span className="map-sign" data-ring={isRing} style={{ color: `var(${token})` }} aria-hidden="true" />
  );
}

function Age({ sinceMs }: { sinceMs: number }) {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNowMs(Date.now()), AGE_TICK_MS);
    return () => window.clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.round((nowMs - sinceMs) / 1_000));
  return <span className="map-age">{seconds < 2 ? 'now' : `${seconds} s ago`}</span>;
}
