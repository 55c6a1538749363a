/** True in every reachable state; the names are those of the model and of the design. */
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

/** States that some run must reach; otherwise the invariants would hold only because nothing happens. */
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

/** Each mutant takes one guard out of the design and breaks these invariants. Together they break every invariant. */
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
