import { useEffect, useEffectEvent, useState } from 'react';
import type { TracePosition } from '#libs/contracts';
import { Moment } from '../design/moments.tsx';
import { Button } from '../design/parts.tsx';
import { EVENTS, type TripEvent } from './words.ts';

/** How long a replay takes, whatever the length of the trip. */
const REPLAY_MS = 15_000;
/** Smallest step of the slider. */
const STEP_MS = 100;

interface ReplayProps {
  trace: readonly TracePosition[];
  events: readonly TripEvent[];
  /** The moment that is shown; undefined: the newest. */
  atMs: number | undefined;
  onMove: (atMs: number) => void;
}

/** Moves along the time of a trip, by hand or by itself. The marks are its events. */
export function Replay({ trace, events, atMs, onMove }: ReplayProps) {
  const [isPlaying, setPlaying] = useState(false);
  const moments = [...trace.map(({ at }) => Date.parse(at)), ...events.map(({ at }) => Date.parse(at))];
  const fromMs = Math.min(...moments);
  const toMs = Math.max(...moments);
  const shownMs = Math.min(toMs, Math.max(fromMs, atMs ?? toMs));
  const step = useEffectEvent((passedMs: number) => {
    const next = Math.min(toMs, shownMs + (passedMs * (toMs - fromMs)) / REPLAY_MS);
    onMove(next);
    if (next >= toMs) setPlaying(false);
  });
  useEffect(() => {
    if (!isPlaying) return;
    let frame = 0;
    let beforeMs = performance.now();
    const next = (nowMs: number): void => {
      step(nowMs - beforeMs);
      beforeMs = nowMs;
      frame = requestAnimationFrame(next);
    };
    frame = requestAnimationFrame(next);
    return () => cancelAnimationFrame(frame);
  }, [isPlaying]);
  const toggle = (): void => {
    if (!isPlaying && shownMs >= toMs) onMove(fromMs);
    setPlaying(!isPlaying);
  };
  const last = events.findLast(({ at }) => Date.parse(at) <= shownMs);
  return (
    <section className="stack" aria-label="Replay of the trip">
      <div className="replay">
        <Button onClick={toggle} style={{ minWidth: '5rem' }}>
          {isPlaying ? 'Pause' : 'Replay'}
        </Button>
        <div className="replay-line">
          <input
            type="range"
            aria-label="Moment of the trip"
            aria-valuetext={new Date(shownMs).toLocaleTimeString()}
            min={fromMs}
            max={toMs}
            step={STEP_MS}
            value={shownMs}
            onChange={(event) => {
              setPlaying(false);
              onMove(Number(event.target.value));
            }}
          />
          <div className="replay-marks">
            {events.map(({ seq, type, at }) => (
              <button
                key={seq}
                type="button"
                title={EVENTS[type]}
                aria-label={`Go to: ${EVENTS[type]}`}
                style={{ left: `${(100 * (Date.parse(at) - fromMs)) / Math.max(1, toMs - fromMs)}%` }}
                onClick={() => onMove(Date.parse(at))}
              />
            ))}
          </div>
        </div>
        <Moment at={new Date(shownMs).toISOString()} look="exact" />
      </div>
      {last !== undefined && <p className="quiet">{EVENTS[last.type]}</p>}
    </section>
  );
}
