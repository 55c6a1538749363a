import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { ErrorNote } from '../design/parts.tsx';
import { useTheme } from '../design/theme.ts';
import { useSettings } from '../session/context.ts';
import { expose } from '../test-hook.ts';
import { CityFeed } from './city-feed.ts';
import type { CityMap } from './city-map.ts';
import { LayerChooser } from './layer-chooser.tsx';
import { MapHead } from './map-head.tsx';
import { MapPanel } from './map-panel.tsx';
import { reloadIfSignedOut } from './session-check.ts';
import { ShardEvents } from './shard-event-list.tsx';
import { useMapHash } from './use-map-hash.ts';
import type { Selection } from './view-hash.ts';
import './map.css';

/** The living city. */
export default function MapPage() {
  const settings = useSettings();
  const { shown: look } = useTheme();
  const { hash, keepView, choose } = useMapHash();
  const [feed] = useState(() => new CityFeed(() => void reloadIfSignedOut()));
  const news = useSyncExternalStore(feed.follow, feed.read);
  const [map, setMap] = useState<CityMap>();
  const [failure, setFailure] = useState<unknown>();
  const [isFollowing, setFollowing] = useState(false);
  const container = useRef<HTMLDivElement>(null);
  const firstView = useRef(hash.view);
  const select = useCallback(
    (selection: Selection | undefined) => {
      setFollowing(false);
      choose({ selection });
    },
    [choose],
  );
  const readers = useRef({ keepView, select });
  useEffect(() => {
    readers.current = { keepView, select };
  });

  useEffect(() => feed.connect(), [feed]);
  useEffect(() => {
    let opened: CityMap | undefined;
    let isGone = false;
    const open = async (): Promise<void> => {
      // MapLibre is most of the page's weight: everything else is shown before it is there.
      const { CityMap } = await import('./city-map.ts');
      if (isGone || container.current === null) return;
      opened = new CityMap(container.current, settings, firstView.current, feed, {
        onView: (view) => readers.current.keepView(view),
        onSelect: (selection) => readers.current.select(selection),
        onDrag: () => setFollowing(false),
      });
      setMap(opened);
    };
    open().catch(setFailure);
    return () => {
      isGone = true;
      opened?.close();
      setMap(undefined);
    };
  }, [feed, settings]);
  const { layer, selection, arrivedView } = hash;
  useEffect(() => {
    map?.choose({ layer, selection, isFollowing, look });
  }, [map, layer, selection, isFollowing, look]);
  useEffect(() => {
    if (arrivedView !== undefined) map?.goTo(arrivedView);
  }, [map, arrivedView]);
  const shards = useMemo(
    () => Object.fromEntries([...news.shards.shards.values()].map(({ shard, owner }) => [shard, owner])),
    [news.shards],
  );
  useEffect(
    () =>
      expose('map', () => ({
        connected: news.connection === 'live',
        update: news.update,
        cars: news.counts?.cars ?? 0,
        carsInView: news.carsInView,
        trips: news.trips.size,
        shards,
        layer,
        lastUpdateAt: news.cameAtMs ?? null,
        pixelAgesMs: map?.pixelAgesMs ?? [],
      })),
    [news, shards, layer, map],
  );

  return (
    <div className="map-page" data-panel={selection !== undefined || undefined}>
      <h1 className="visually-hidden">The city</h1>
      <section className="map-canvas" aria-label="Map of the city" ref={container} />
      {failure !== undefined && (
        <div className="map-failure">
          <ErrorNote error={failure} onRetry={() => window.location.reload()} />
        </div>
      )}
      <MapHead news={news} />
      <div className="map-side">
        {selection !== undefined && (
          <MapPanel
            selection={selection}
            news={news}
            cars={feed.cars}
            isFollowing={isFollowing}
            onFollow={setFollowing}
            onSelect={select}
          />
        )}
        <LayerChooser
          layer={layer}
          news={news}
          colours={feed.ownerColours}
          onChoose={(chosen) => choose({ layer: chosen })}
        />
        {layer === 'shards' && <ShardEvents events={news.shards.events} onSelect={select} />}
      </div>
    </div>
  );
}
