import { useCallback, useEffect, useState } from 'react';
import type { HexLayer } from '../../protocol/map-messages.ts';
import { readHash, writeHash, type MapHash, type MapView, type Selection } from './view-hash.ts';

interface ShownHash extends MapHash {
  /** A place that the address has brought by itself (back, forward, a link): the map goes there. */
  arrivedView: MapView | undefined;
}

interface MapAddress {
  hash: ShownHash;
  /** Remembers where the map is, without a step in the history. */
  keepView: (view: MapView) => void;
  /** Changes what is shown: one step back undoes it. */
  choose: (change: { layer?: HexLayer; selection?: Selection | undefined }) => void;
}

/** The state of the map that a reload and the back button keep: it lives in the address. */
export function useMapHash(): MapAddress {
  const [hash, setHash] = useState<ShownHash>(() => ({
    ...readHash(window.location.hash),
    arrivedView: undefined,
  }));
  useEffect(() => {
    const follow = (): void => {
      const read = readHash(window.location.hash);
      setHash({ ...read, arrivedView: read.view });
    };
    window.addEventListener('popstate', follow);
    return () => window.removeEventListener('popstate', follow);
  }, []);
  const keepView = useCallback((view: MapView) => {
    const read = readHash(window.location.hash);
    window.history.replaceState(window.history.state, '', addressOf({ ...read, view }));
  }, []);
  const choose = useCallback<MapAddress['choose']>((change) => {
    const before = readHash(window.location.hash);
    const next = { ...before, ...change };
    const address = addressOf(next);
    if (address !== addressOf(before)) window.history.pushState(null, '', address);
    setHash({ ...next, arrivedView: undefined });
  }, []);
  return { hash, keepView, choose };
}

function addressOf(hash: MapHash): string {
  return `${window.location.pathname}${window.location.search}${writeHash(hash)}`;
}
