/** An error whose message says all that someone at a terminal needs: it is shown without a stack. */
export class UserError extends Error {
  override readonly name = 'UserError';
}
