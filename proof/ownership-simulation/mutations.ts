/** Guards that can be removed from the simulated store, to see that the simulation finds the violations. */
export const MUTATIONS = [
  'no_for_share',
  'no_epoch_check',
  'no_claim_key',
  'no_term_check',
  'no_seen_epoch_check',
  'split_without_epoch_rule',
] as const;

export type Mutation = (typeof MUTATIONS)[number];
