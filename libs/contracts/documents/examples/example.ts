/** How one operation is called, and what it answers. */
export interface OperationExample {
  /** The body of the request; absent if it has none. */
  request?: unknown;
  /** The body of the answer. */
  answer: unknown;
}
