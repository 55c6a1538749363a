/** Guards that can be taken out of the simulated store, to see the simulation find what they prevent. */
export const MUTATIONS = [
  'no_for_share',
  'no_epoch_check',
  'no_claim_key',
  'no_term_check',
  'no_seen_epoch_check',
  'split_without_epoch_rule',
] as const;

export type Mutation = (typeof MUTATIONS)[number];
