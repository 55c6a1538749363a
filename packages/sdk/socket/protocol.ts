/** The WebSocket subprotocol: one JSON object per text frame. */
export const SUBPROTOCOL = 'hailgrid.v1.json';
/** Where a WebSocket is opened; tickets come from below it. */
export const STREAM_PATH = '/v1/stream';
/** A side that has sent nothing for this time sends a heartbeat. */
export const HEARTBEAT_INTERVAL_MS = 15_000;
/** After this silence of the service its WebSocket counts as dead. */
export const SILENCE_LIMIT_MS = 45_000;
/** How many trips one `resume` names. */
export const MAX_RESUMED_TRIPS = 20;
/** The service closes with this code when the same person has opened more WebSockets than it may have. */
export const REPLACED_CLOSE_CODE = 4001;

/** What every frame of a service has. */
export interface AnyFrame {
  type: string;
  id?: string | undefined;
  data: object;
}

/** The part of a WebSocket that is used here; that of browsers, Node.js and `ws` has it. */
export interface WebSocketLike {
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(text: string): void;
  close(code?: number): void;
  /** Of `ws`: ends the connection at once. */
  terminate?(): void;
  addEventListener(name: 'open' | 'error' | 'close' | 'message', listener: (event: object) => void): void;
}

export type WebSocketClass = new (url: string, protocols: string) => WebSocketLike;
