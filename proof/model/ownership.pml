/*
 * The states that Postgres accepts under any sequence of requests, exhaustively within small bounds, for Spin:
 *
 *   spin -a proof/model/ownership.pml && cc -O2 -DSAFETY -DCOLLAPSE -o pan pan.c && ./pan -m2000000
 *
 * With `spin -DFOR_SHARE=0 -a ...` (or EPOCH_CHECK, CLAIM_KEY, TERM_CHECK, COMPARE_AND_SET, EPOCH_RULE) an assertion breaks.
 *
 * An over-approximation of ownership.qnt without matchers and messages: any proposal may come at any time, and a planner
 * may act on any old snapshot. So every property that holds here also holds with them.
 */
#ifndef FOR_SHARE
#define FOR_SHARE 1
#endif
#ifndef EPOCH_CHECK
#define EPOCH_CHECK 1
#endif
#ifndef CLAIM_KEY
#define CLAIM_KEY 1
#endif
#ifndef TERM_CHECK
#define TERM_CHECK 1
#endif
#ifndef COMPARE_AND_SET
#define COMPARE_AND_SET 1
#endif
#ifndef EPOCH_RULE
#define EPOCH_RULE 1
#endif
#ifndef MAX_EPOCH
#define MAX_EPOCH 5
#endif
#define MAX_TERM 3

/* P has the children A and B. Owner 0: none; epoch 0: no row yet. The pickup lies in A. */
#define P 0
#define A 1
#define B 2

typedef Row { byte epoch; byte owner; bool retired };
typedef Snapshot { byte term; Row row[3] };
typedef Transaction { bool open; bool wasFree; byte cell; byte by; byte epoch };

Row row[3];
byte term = 0;
byte claims = 0;
Snapshot seen[2];
Transaction offer[2];

/* Scratch variables, 0 between the steps so that they add no states. */
byte above, x, y, o;
bool touches[3];
bool fits;

#define max(a, b) ((a) > (b) -> (a) : (b))
#define live(c) (row[c].epoch > 0 && !row[c].retired)
#define wasLive(s, c) (seen[s].row[c].epoch > 0 && !seen[s].row[c].retired)
#define locked(c) (FOR_SHARE && ((offer[0].open && offer[0].cell == c) || (offer[1].open && offer[1].cell == c)))
#define same(s, c) (!touches[c] || !COMPARE_AND_SET || row[c].epoch == seen[s].row[c].epoch)
#define small(c) (seen[s].row[c].epoch < MAX_EPOCH)

inline set(k, z, q, v) {
  assert(z >= row[k].epoch); /* epochsNeverDecrease */
  row[k].epoch = z;
  row[k].owner = q;
  row[k].retired = v
}

inline clear() { above = 0; x = 0; y = 0; o = 0; fits = 0; touches[P] = 0; touches[A] = 0; touches[B] = 0 }

inline check() {
  /* mapIsTotalAndPrefixFree, liveRowHasTheHighestEpochOfItsLineage */
  assert(live(P) -> (!live(A) && !live(B)) : (live(A) && live(B)));
  assert(!live(P) || (row[P].epoch > row[A].epoch && row[P].epoch > row[B].epoch));
  assert(!live(A) || row[A].epoch > row[P].epoch);
  assert(!live(B) || row[B].epoch > row[P].epoch);
  clear()
}

/* The guards of an ownership commit; a refused one changes nothing. */
#define accepted(s) ((!TERM_CHECK || seen[s].term == term) && same(s, P) && same(s, A) && same(s, B))

inline commitBegins(s) { fits = accepted(s); if :: fits -> assert(seen[s].term == term) /* noCommitUnderAnOldTerm */ :: else fi }

inline give(s, c, w) {
  touches[c] = 1; commitBegins(s);
  if :: fits -> set(c, seen[s].row[c].epoch + 1, w, 0) :: else fi;
  check()
}

inline split(s) {
  touches[P] = 1; touches[A] = 1; touches[B] = 1; commitBegins(s);
  if
  :: fits ->
    above = (EPOCH_RULE -> seen[s].row[P].epoch + 1 : 0);
    o = seen[s].row[P].owner;
    x = max(above, seen[s].row[A].epoch) + 1;
    y = max(above, seen[s].row[B].epoch) + 1;
    set(P, seen[s].row[P].epoch + 1, 0, 1); set(A, x, o, 0); set(B, y, o, 0)
  :: else
  fi;
  check()
}

inline merge(s) {
  touches[P] = 1; touches[A] = 1; touches[B] = 1; commitBegins(s);
  if
  :: fits ->
    x = seen[s].row[A].epoch + 1; y = seen[s].row[B].epoch + 1;
    above = (EPOCH_RULE -> max(x, y) : 0);
    o = seen[s].row[A].owner;
    above = max(above, seen[s].row[P].epoch) + 1;
    set(A, x, 0, 1); set(B, y, 0, 1); set(P, above, o, 0)
  :: else
  fi;
  check()
}

inline snapshot(s, q) {
  seen[s].term = q;
  seen[s].row[P].epoch = row[P].epoch; seen[s].row[P].owner = row[P].owner; seen[s].row[P].retired = row[P].retired;
  seen[s].row[A].epoch = row[A].epoch; seen[s].row[A].owner = row[A].owner; seen[s].row[A].retired = row[A].retired;
  seen[s].row[B].epoch = row[B].epoch; seen[s].row[B].owner = row[B].owner; seen[s].row[B].retired = row[B].retired
}

active proctype Postgres() {
  byte s, c, w, n;
  atomic { row[P].epoch = 1; row[P].owner = 1; row[A].retired = 1; row[B].retired = 1 }
  do
  /* A planner wins the term, or rereads under the term it believes it holds. */
  :: atomic { term < MAX_TERM -> select(s : 0 .. 1); term++; snapshot(s, term); s = 0 }
  :: atomic { select(s : 0 .. 1); if :: seen[s].term > 0 -> snapshot(s, seen[s].term) :: else fi; s = 0 }

  /* It gives a shard to any owner or none (claim, re-own, handoff, release), splits, merges. */
  :: atomic {
      select(s : 0 .. 1); select(c : P .. B); select(w : 0 .. 2);
      if :: seen[s].term > 0 && wasLive(s, c) && small(c) && !locked(c) -> d_step { give(s, c, w) } :: else fi;
      s = 0; c = 0; w = 0
    }
  :: atomic {
      select(s : 0 .. 1);
      if
      :: seen[s].term > 0 && wasLive(s, P) && small(P) && small(A) && small(B) && !locked(P) && !locked(A) && !locked(B) -> d_step { split(s) }
      :: else
      fi;
      s = 0
    }
  :: atomic {
      select(s : 0 .. 1);
      if
      :: seen[s].term > 0 && wasLive(s, A) && wasLive(s, B) && seen[s].row[A].owner == seen[s].row[B].owner && small(P) && small(A) && small(B) && !locked(P) && !locked(A) && !locked(B) -> d_step { merge(s) }
      :: else
      fi;
      s = 0
    }

  /* A matcher restarts: its shard is renewed, without a term. */
  :: atomic {
      select(c : P .. B);
      if :: live(c) && row[c].owner != 0 && row[c].epoch < MAX_EPOCH && !locked(c) -> d_step { set(c, row[c].epoch + 1, row[c].owner, 0); check() } :: else fi;
      c = 0
    }

  /* Any owner proposes under any epoch; the transaction reads the row now and commits later. One driver, one trip. */
  :: atomic {
      select(n : 0 .. 1); select(c : P .. A); select(w : 1 .. 2);
      if
      :: !offer[n].open && row[c].owner == w && !row[c].retired ->
        offer[n].open = 1; offer[n].cell = c; offer[n].by = w; offer[n].wasFree = (claims == 0);
        if :: offer[n].epoch = row[c].epoch :: !EPOCH_CHECK && row[c].epoch > 0 -> offer[n].epoch = row[c].epoch - 1 fi
      :: else /* refused: stale */
      fi;
      n = 0; c = 0; w = 0
    }
  :: atomic {
      select(n : 0 .. 1);
      if
      :: offer[n].open ->
        if
        :: offer[n].wasFree && (!CLAIM_KEY || claims == 0) ->
          /* everyOfferCarriesTheCurrentEpoch; oneClaimPerDriver, oneDriverPerTrip */
          assert(row[offer[n].cell].epoch == offer[n].epoch && row[offer[n].cell].owner == offer[n].by && live(offer[n].cell));
          claims++;
          assert(claims <= 1)
        :: else
        fi;
        offer[n].open = 0; offer[n].wasFree = 0; offer[n].cell = 0; offer[n].by = 0; offer[n].epoch = 0
      :: else
      fi;
      n = 0
    }
  :: atomic { claims > 0 -> claims-- }
  od
}
