/** What a state change's log line refers back to: the HTTP request or the frame that asked for it. */
export type RequestRefs = { request_id: string } | { frame_id: string | undefined; connection: string };
