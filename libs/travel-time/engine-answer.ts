/** An answer of a routing engine, read to its end. */
export interface EngineAnswer {
  readonly status: number;
  /** The parsed body; undefined if an error's body is not JSON. */
  readonly body: unknown;
}

/**
 * Sends a request to a routing engine. Reads the body of errors too: it says why, and a connection with an unread body
 * cannot be used again.
 *
 * @throws if the answer is missing or late (the signal aborts), or if a success is not JSON
 */
export async function engineAnswer(url: URL, init: RequestInit): Promise<EngineAnswer> {
  const response = await fetch(url, init);
  const text = await response.text();
  return { status: response.status, body: response.ok ? JSON.parse(text) : jsonOf(text) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
