import type { ClientEntry } from './client-entry.ts';
import { keyOf, type DatabaseFacts, type TripFact, type Violation } from './facts.ts';

/** Two trips for one request, and two answers to one key. */
export function duplicated(entries: readonly ClientEntry[], { trips }: DatabaseFacts): Violation[] {
  return [
    ...quotesWithTwoTrips(trips),
    ...ridersWithTooManyTrips(entries, trips),
    ...keysWithTwoAnswers(entries),
    ...refusedLater(entries),
  ];
}

function quotesWithTwoTrips(trips: readonly TripFact[]): Violation[] {
  return [...Map.groupBy(trips, ({ quoteId }) => quoteId)].flatMap(([quote, made]) =>
    made.length > 1 ? [`${quote} has made ${namesOf(made)}`] : [],
  );
}

/** Each key of a rider makes at most one trip. Skips riders whose requests were not logged. */
function ridersWithTooManyTrips(entries: readonly ClientEntry[], trips: readonly TripFact[]): Violation[] {
  const asked = entries.filter((entry) => entry.kind === 'trip_asked');
  const tripsOf = Map.groupBy(trips, ({ riderId }) => riderId);
  return [...Map.groupBy(asked, ({ rider_id }) => rider_id)].flatMap(([rider, own]) => {
    const keys = new Set(own.map(({ idempotency_key }) => idempotency_key));
    const made = tripsOf.get(rider) ?? [];
    return made.length > keys.size ? [`${rider} asked with ${keys.size} keys and has ${namesOf(made)}`] : [];
  });
}

/** A repeated request gets the same answer as the first. */
function keysWithTwoAnswers(entries: readonly ClientEntry[]): Violation[] {
  const answers = new Map<string, Set<string>>();
  for (const entry of entries) {
    const answer = answerIn(entry);
    if (answer === undefined) continue;
    const known = answers.get(answer.key) ?? new Set();
    answers.set(answer.key, known.add(answer.words));
  }
  return [...answers]
    .filter(([, words]) => words.size > 1)
    .map(([key, words]) => `${key} was answered ${[...words].join(' and ')}`);
}

function answerIn(entry: ClientEntry): { key: string; words: string } | undefined {
  switch (entry.kind) {
    case 'trip_requested':
      return entry.rider_id === undefined || entry.idempotency_key === undefined
        ? undefined
        : { key: keyOf(entry.rider_id, entry.idempotency_key), words: `${entry.trip_id}#${entry.seq}` };
    case 'answered':
      return { key: `${keyOf(entry.rider_id, entry.idempotency_key)} in full`, words: entry.digest };
    default:
      return undefined;
  }
}

/** Only acknowledged requests are repeated, so a logged refusal is a violation. */
function refusedLater(entries: readonly ClientEntry[]): Violation[] {
  const refused = entries.filter((entry) => entry.kind === 'repeat_refused');
  return refused.map(
    ({ rider_id, idempotency_key, code }) =>
      `${keyOf(rider_id, idempotency_key)} was acknowledged, and refused later: ${code}`,
  );
}

function namesOf(trips: readonly TripFact[]): string {
  return trips.map(({ tripId }) => tripId).join(' and ');
}
