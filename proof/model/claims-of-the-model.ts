/** What holds in every reachable state; the names are those of the model and of the design. */
export const INVARIANTS = [
  'epochsNeverDecrease',
  'everyOfferCarriesTheCurrentEpoch',
  'oneClaimPerDriver',
  'oneDriverPerTrip',
  'acknowledgedRequestsAreVisible',
  'mapIsTotalAndPrefixFree',
  'liveRowHasTheHighestEpochOfItsLineage',
  'termsNeverDecrease',
  'noCommitUnderAnOldTerm',
] as const;

export type Invariant = (typeof INVARIANTS)[number];

/** What must be reached by some run, or the invariants would hold for want of anything happening. */
export const WITNESSES = [
  'handoffCompleted',
  'shardsReowned',
  'shardSplit',
  'shardsMerged',
  'incarnationJoined',
  'offerMade',
  'staleOwnerRefused',
  'staleClaimRefused',
  'staleDivisionRefused',
  'deposedPlannerRefused',
  'raceForAClaimLost',
] as const;

/** The design with one guard taken out, and the invariants that this breaks. Together they break every invariant. */
export const MUTANTS: Readonly<Record<string, readonly Invariant[]>> = {
  noForShare: ['everyOfferCarriesTheCurrentEpoch'],
  noEpochCheck: ['everyOfferCarriesTheCurrentEpoch'],
  noClaimKey: ['oneClaimPerDriver', 'oneDriverPerTrip'],
  noTermCheck: ['noCommitUnderAnOldTerm'],
  noCompareAndSet: ['epochsNeverDecrease', 'mapIsTotalAndPrefixFree'],
  splitWithoutEpochRule: ['liveRowHasTheHighestEpochOfItsLineage', 'acknowledgedRequestsAreVisible'],
  termFromMemory: ['termsNeverDecrease'],
  acknowledgedBeforeCommit: ['acknowledgedRequestsAreVisible'],
};
