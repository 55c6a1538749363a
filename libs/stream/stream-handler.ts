import type { ServerFrame, StreamConnection } from './stream-connection.ts';

/** What an app does with its sockets. The server has checked caller, form, size and rate before. */
export interface StreamHandler<F = unknown, S extends ServerFrame = ServerFrame> {
  /** Frames wait until this is done. Where it fails the socket is closed (1013), and the client tries again. */
  opened(connection: StreamConnection<S>): Promise<void> | void;
  /** Called in the order of arrival; what it throws becomes an `error` frame with the id of the frame. */
  received(connection: StreamConnection<S>, frame: F): Promise<void> | void;
  /** Called once for each opened socket, whoever closed it. */
  closed(connection: StreamConnection<S>): void;
}
