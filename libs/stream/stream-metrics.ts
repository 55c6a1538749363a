import type { Metrics } from '#libs/service';

export interface StreamMetrics {
  frameReceived: () => void;
  frameSent: () => void;
  frameRefused: (code: string) => void;
  upgradeRefused: (code: string) => void;
  closed: (code: number) => void;
}

/** Counts the socket traffic of a process. Looks the labelled counters up once rather than for each frame. */
export function streamMetrics(metrics: Metrics, openConnections: () => number): StreamMetrics {
  metrics.gauge('stream_connections', 'Open WebSocket connections', openConnections);
  const frames = metrics.counter('stream_frames_total', 'WebSocket frames by direction', ['direction']);
  const received = frames.labels('in');
  const sent = frames.labels('out');
  const refused = metrics.counter('stream_bad_frames_total', 'Frames refused, by error code', ['code']);
  const upgrades = metrics.counter('stream_refused_total', 'WebSocket openings refused, by error code', [
    'code',
  ]);
  const closed = metrics.counter('stream_closed_total', 'WebSocket connections closed, by close code', [
    'code',
  ]);
  return {
    frameReceived: () => received.inc(),
    frameSent: () => sent.inc(),
    frameRefused: (code) => refused.labels(code).inc(),
    upgradeRefused: (code) => upgrades.labels(code).inc(),
    closed: (code) => closed.labels(String(code)).inc(),
  };
}
