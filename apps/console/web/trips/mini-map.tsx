import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { type GeoJSONSource, Map as MapOfTrip, NavigationControl, Popup, setWorkerUrl } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import 'maplibre-gl/dist/maplibre-gl.css';
import type { TracePosition, TripRecord } from '#libs/contracts';
import { shortId } from '../design/ids.tsx';
import { spanOf } from '../design/moments.tsx';
import { colour, useTheme } from '../design/theme.ts';
import { useSettings } from '../session/context.ts';
import { expose } from '../test-hook.ts';
import { drawStreets, placesOf, tripStyle, wayOf } from './trip-style.ts';
import { REASONS, type Candidate, type Maybe } from './words.ts';

setWorkerUrl(workerUrl);

/** Free space around what the map shows, and how near it goes at first. */
const FIT = { padding: 40, maxZoom: 16, animate: false } as const;

interface MiniMapProps {
  pickup: TripRecord['pickup'];
  dropoff: TripRecord['dropoff'];
  candidates: readonly Candidate[];
  trace: readonly TracePosition[];
  car: Maybe<TracePosition>;
}

/** A small map of one trip. */
export function MiniMap({ pickup, dropoff, candidates, trace, car }: MiniMapProps) {
  const frame = useRef<HTMLDivElement>(null);
  const [map, setMap] = useState<MapOfTrip>();
  const [failure, setFailure] = useState<string>();
  const { shown } = useTheme();
  const { has_streets: hasStreets, area } = useSettings();
  useEffect(() => {
    if (frame.current === null) return;
    let made: MapOfTrip;
    try {
      made = new MapOfTrip({
        container: frame.current,
        style: tripStyle(colour, hasStreets),
        attributionControl: false,
        bounds: [area.west, area.south, area.east, area.north],
      });
    } catch {
      queueMicrotask(() => setFailure('This browser cannot draw maps (no WebGL).'));
      return;
    }
    made.addControl(new NavigationControl({ showCompass: false }));
    const popup = new Popup({ closeButton: false });
    made.on('click', 'places', ({ lngLat, features }) => {
      const says = features?.[0]?.properties['says'] as string | undefined;
      if (says !== undefined) popup.setLngLat(lngLat).setText(says).addTo(made);
    });
    made.getContainer().dataset['theme'] = shown;
    made.once('load', () => setMap(made));
    return () => {
      setMap(undefined);
      made.remove();
    };
  }, [shown, hasStreets, area]);
  useEffect(() => {
    const source = map?.getSource<GeoJSONSource>('places');
    void source?.setData(
      placesOf([
        ...candidates.flatMap(({ from, driver_id, pickup_eta_s, reason }) =>
          from === null
            ? []
            : [
                {
                  point: from,
                  kind:
                    reason === 'offered' || reason === 'reassigned'
                      ? ('chosen' as const)
                      : ('candidate' as const),
                  says: `${shortId(driver_id)}: ${pickup_eta_s === null ? '' : `${spanOf(pickup_eta_s)}, `}${REASONS[reason]}`,
                },
              ],
        ),
        { point: pickup, kind: 'pickup', says: 'Pickup' },
        { point: dropoff, kind: 'dropoff', says: 'Dropoff' },
        ...(car === undefined
          ? []
          : [{ point: car.point, kind: 'car' as const, says: `The driver at ${car.at}` }]),
      ]),
    );
  }, [map, candidates, pickup, dropoff, car]);
  const shownNow = useEffectEvent(() => ({
    isDrawn: map !== undefined,
    car: car?.point ?? null,
    candidates: candidates.length,
    positions: trace.length,
  }));
  useEffect(() => expose('trip', () => shownNow()), []);
  useEffect(() => (map === undefined || !hasStreets ? undefined : drawStreets(map)), [map, hasStreets]);
  const carMs = car === undefined ? Infinity : Date.parse(car.at);
  useEffect(() => {
    const driven = trace.filter(({ at }) => Date.parse(at) <= carMs);
    void map?.getSource<GeoJSONSource>('way')?.setData(wayOf(trace.map(({ point }) => point)));
    void map?.getSource<GeoJSONSource>('driven')?.setData(wayOf(driven.map(({ point }) => point)));
  }, [map, trace, carMs]);
  // Where everything is, once what there is to see is known.
  const extent = JSON.stringify(
    [
      pickup,
      dropoff,
      ...trace.map(({ point }) => point),
      ...candidates.flatMap(({ from }) => from ?? []),
    ].reduce<[number, number, number, number]>(
      ([west, south, east, north], { lat, lng }) => [
        Math.min(west, lng),
        Math.min(south, lat),
        Math.max(east, lng),
        Math.max(north, lat),
      ],
      [180, 90, -180, -90],
    ),
  );
  useEffect(() => {
    map?.fitBounds(JSON.parse(extent) as [number, number, number, number], FIT);
  }, [map, extent]);
  return (
    <section className="mini-map" aria-label="Map of the trip">
      {failure === undefined ? (
        <div ref={frame} style={{ height: '100%' }} />
      ) : (
        <p className="note">{failure}</p>
      )}
    </section>
  );
}
