/** An error whose message is all that a user at a terminal needs; it is shown without a stack trace. */
export class UserError extends Error {
  override readonly name = 'UserError';
}
