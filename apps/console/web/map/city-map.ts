import { Map as MapLibreMap, NavigationControl, ScaleControl, setWorkerUrl } from 'maplibre-gl';
import type { GeoJSONSource, MapMouseEvent } from 'maplibre-gl';
import 'maplibre-gl/dist/maplibre-gl.css';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import type { HexLayer } from '../../protocol/map-messages.ts';
import type { PageSettings } from '../../protocol/settings.ts';
import { colour } from '../design/theme.ts';
import { boundsOf } from './bounds.ts';
import { CarLayer, type CarColours } from './car-layer.ts';
import { nearestCar } from './car-store.ts';
import type { CityFeed, CityNews } from './city-feed.ts';
import { poseAt } from './glide.ts';
import { publicId, uuidOf } from './ids.ts';
import { cellShapes, hexShapes, shardShapes, tripLineShapes, tripPointShapes } from './map-shapes.ts';
import {
  layersOf,
  mapStyle,
  SHARD_LAYERS,
  TRIP_POINT_LAYERS,
  VALUE_LAYERS,
  type SourceName,
} from './map-style.ts';
import type { MapView, Selection } from './view-hash.ts';

/** Frames a second while cars glide: calm to the eye, and half the work of what a screen could show. */
const FRAME_MS = 1000 / 30;
/** With more cars than this in view the map draws every second of these frames. */
const MANY_CARS = 3_000;
/** How often the server and the address learn of a moving map. */
const SAY_VIEW_EVERY_MS = 300;
/** How far beside a car or a ring a click may be. */
const CLICK_REACH_PX = 14;
/** How long a shard that changed hands takes to fade. */
const FLASH_MS = 2_500;

export interface MapReaders {
  onView: (view: MapView) => void;
  onSelect: (selection: Selection | undefined) => void;
  /** The visitor has moved the map by hand. */
  onDrag: () => void;
}

export interface MapChoice {
  layer: HexLayer;
  selection: Selection | undefined;
  isFollowing: boolean;
  look: 'light' | 'dark';
}

/** MapLibre, and what this page draws with it. */
export class CityMap {
  private readonly map: MapLibreMap;
  private readonly carLayer = new CarLayer(carColours());
  private choice: MapChoice = { layer: 'none', selection: undefined, isFollowing: false, look: 'light' };
  private drawn: CityNews | undefined;
  private isReady = false;
  private glidesUntilMs = 0;
  private lastFrameMs = 0;
  private frame = 0;
  /** How old positions were when their cars were first drawn on their way to them, of the newest update. */
  pixelAgesMs: readonly number[] = [];
  private viewTimer: number | undefined;
  private flashTimer: number | undefined;
  private readonly stopFollowing: () => void;

  constructor(
    container: HTMLElement,
    private readonly settings: PageSettings,
    view: MapView | undefined,
    private readonly feed: CityFeed,
    private readonly readers: MapReaders,
  ) {
    setWorkerUrl(workerUrl);
    const { south, west, north, east } = settings.area;
    this.map = new MapLibreMap({
      container,
      style: mapStyle(settings, window.location.origin, colour),
      ...(view === undefined
        ? {
            bounds: [
              [west, south],
              [east < west ? east + 360 : east, north],
            ],
            fitBoundsOptions: { padding: 24 },
          }
        : { center: [view.lng, view.lat], zoom: view.zoom }),
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      maxPitch: 0,
      fadeDuration: 0,
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.map.addControl(new NavigationControl({ showCompass: false }), 'bottom-right');
    this.map.addControl(new ScaleControl(), 'bottom-left');
    this.map.on('load', () => this.begin());
    this.map.on('move', () => this.sayViewSoon());
    this.map.on('dragstart', () => readers.onDrag());
    this.map.on('click', (event) => readers.onSelect(this.whatIsAt(event)));
    // Streets or tiles that do not come leave the map without them; the cars go on.
    this.map.on('error', ({ error }) => console.warn(`the map: ${error.message}`));
    this.stopFollowing = feed.follow(() => this.draw());
  }

  close(): void {
    this.stopFollowing();
    cancelAnimationFrame(this.frame);
    window.clearTimeout(this.viewTimer);
    window.clearTimeout(this.flashTimer);
    this.map.remove();
  }

  choose(choice: MapChoice): void {
    const before = this.choice;
    this.choice = choice;
    if (before.look !== choice.look) this.restyle();
    if (before.layer !== choice.layer) {
      this.showLayer();
      this.sayView();
    }
    this.drawn = undefined;
    this.draw();
  }

  goTo({ lat, lng, zoom }: MapView): void {
    this.map.jumpTo({ center: [lng, lat], zoom });
  }

  /** Takes the colours of the look that is shown now. */
  private restyle(): void {
    if (!this.isReady) return;
    const { tile_url, has_streets } = this.settings;
    for (const layer of layersOf(tile_url !== null, has_streets, colour))
      for (const [name, value] of Object.entries(layer.paint ?? {}))
        if (name !== 'fill-opacity' || layer.id !== 'flash')
          this.map.setPaintProperty(layer.id, name as 'line-color', value as string);
    this.carLayer.colours = carColours();
    this.map.triggerRepaint();
  }

  private begin(): void {
    this.isReady = true;
    this.map.addLayer(this.carLayer);
    this.restyle();
    this.showLayer();
    this.sayView();
    this.draw();
    const step = (nowMs: number): void => {
      this.frame = requestAnimationFrame(step);
      const everyMs = this.feed.cars.size > MANY_CARS ? FRAME_MS * 2 : FRAME_MS;
      if (this.glidesUntilMs < this.lastFrameMs || nowMs - this.lastFrameMs < everyMs - 2) return;
      this.lastFrameMs = nowMs;
      this.followCar();
      this.map.triggerRepaint();
    };
    this.frame = requestAnimationFrame(step);
  }

  /** Takes over what is new since the last time. */
  private draw(): void {
    if (!this.isReady) return;
    const news = this.feed.read();
    const { drawn, choice, feed } = this;
    this.drawn = news;
    const selected = (kind: Selection['kind']): string | undefined =>
      choice.selection?.kind === kind ? choice.selection.id : undefined;
    if (drawn?.update !== news.update || drawn.carsInView !== news.carsInView) {
      const car = selected('car');
      const nowMs = performance.now();
      const uuid = car === undefined ? undefined : uuidOf(car);
      this.glidesUntilMs = this.carLayer.setCars(feed.cars.cars(), feed.cars.size, uuid, nowMs);
      this.setShapes(
        'trip-lines',
        tripLineShapes(news.trips.values(), this.selectedTrip(), (driver) => {
          const driving = feed.cars.find(uuidOf(driver) ?? driver);
          return driving?.glide.to;
        }),
      );
      const { newestMoves } = feed;
      void this.map.once('render', () => {
        const sinceMs = performance.now() - newestMoves.cameMs;
        this.pixelAgesMs = newestMoves.agesMs.map((ageMs) => ageMs + sinceMs);
      });
      this.map.triggerRepaint();
    }
    if (drawn?.trips !== news.trips)
      this.setShapes('trip-points', tripPointShapes(news.trips.values(), this.selectedTrip()));
    if (drawn?.shards.shards !== news.shards.shards)
      this.setShapes(
        'shards',
        shardShapes(news.shards.shards.values(), feed.ownerColours, selected('shard')),
      );
    if (drawn !== undefined && drawn.shards.events !== news.shards.events) this.flash(news);
    if (drawn?.hexes !== news.hexes && news.hexes !== undefined)
      this.setShapes('hexes', hexShapes(news.hexes));
  }

  /** The trip that was picked, or that of the car that was picked. */
  private selectedTrip(): string | undefined {
    const { selection } = this.choice;
    if (selection?.kind === 'trip') return selection.id;
    if (selection?.kind !== 'car') return undefined;
    for (const trip of this.feed.read().trips.values())
      if (trip.driver_id !== null && publicId('driver', trip.driver_id) === selection.id) return trip.trip_id;
    return undefined;
  }

  private followCar(): void {
    const { selection, isFollowing } = this.choice;
    const uuid = selection?.kind === 'car' && isFollowing ? uuidOf(selection.id) : undefined;
    const car = uuid === undefined ? undefined : this.feed.cars.find(uuid);
    if (car === undefined) return;
    const { lat, lng } = poseAt(car.glide, performance.now());
    this.map.setCenter([lng, lat]);
  }

  /** Shards whose owner has just changed light up for a moment. */
  private flash({ shards, atMs }: CityNews): void {
    const changed = shards.events.filter((event) => event.atMs === atMs).map(({ shard }) => shard);
    this.setShapes('flash', cellShapes(changed));
    this.map.setPaintProperty('flash', 'fill-opacity-transition', { duration: 0, delay: 0 });
    this.map.setPaintProperty('flash', 'fill-opacity', 0.75);
    window.clearTimeout(this.flashTimer);
    this.flashTimer = window.setTimeout(() => {
      this.map.setPaintProperty('flash', 'fill-opacity-transition', { duration: FLASH_MS, delay: 0 });
      this.map.setPaintProperty('flash', 'fill-opacity', 0);
    }, FLASH_MS / 5);
  }

  private showLayer(): void {
    if (!this.isReady) return;
    const { layer } = this.choice;
    const show = (ids: readonly string[], isShown: boolean): void => {
      for (const id of ids) this.map.setLayoutProperty(id, 'visibility', isShown ? 'visible' : 'none');
    };
    show(SHARD_LAYERS, layer === 'shards');
    show(VALUE_LAYERS, layer !== 'shards' && layer !== 'none');
    this.setShapes('hexes', cellShapes([]));
  }

  private setShapes(source: SourceName, shapes: GeoJSON.FeatureCollection): void {
    // It resolves when the worker has drawn them; the next shapes need not wait for that.
    void this.map.getSource<GeoJSONSource>(source)?.setData(shapes);
  }

  /** Not at each step of a move, and yet also while the map follows a car without end. */
  private sayViewSoon(): void {
    this.viewTimer ??= window.setTimeout(() => this.sayView(), SAY_VIEW_EVERY_MS);
  }

  private sayView(): void {
    window.clearTimeout(this.viewTimer);
    this.viewTimer = undefined;
    if (!this.isReady) return;
    const bounds = this.map.getBounds();
    this.feed.show(
      boundsOf({
        west: bounds.getWest(),
        south: bounds.getSouth(),
        east: bounds.getEast(),
        north: bounds.getNorth(),
      }),
      this.choice.layer,
    );
    const { lat, lng } = this.map.getCenter().wrap();
    this.readers.onView({ lat, lng, zoom: this.map.getZoom() });
  }

  private whatIsAt({ point: at }: MapMouseEvent): Selection | undefined {
    const distance = (pose: { lat: number; lng: number }): number => {
      const { x, y } = this.map.project([pose.lng, pose.lat]);
      return Math.hypot(x - at.x, y - at.y);
    };
    const car = nearestCar(this.feed.cars.cars(), performance.now(), CLICK_REACH_PX, distance);
    if (car !== undefined) return { kind: 'car', id: publicId('driver', car.uuid) };
    const around: [[number, number], [number, number]] = [
      [at.x - CLICK_REACH_PX / 2, at.y - CLICK_REACH_PX / 2],
      [at.x + CLICK_REACH_PX / 2, at.y + CLICK_REACH_PX / 2],
    ];
    const [ring] = this.map.queryRenderedFeatures(around, { layers: [...TRIP_POINT_LAYERS] });
    if (ring !== undefined) return { kind: 'trip', id: String(ring.properties['trip']) };
    if (this.choice.layer !== 'shards') return undefined;
    const [shard] = this.map.queryRenderedFeatures(at, { layers: ['shards'] });
    return shard === undefined ? undefined : { kind: 'shard', id: String(shard.properties['shard']) };
  }
}

function carColours(): CarColours {
  return {
    status: {
      free: rgb(colour('--car-free')),
      offered: rgb(colour('--car-offered')),
      on_trip: rgb(colour('--car-on-trip')),
      silent: rgb(colour('--car-silent')),
    },
    edge: rgb(colour('--surface')),
    selected: rgb(colour('--text')),
  };
}

/** `#rrggbb`, as `tokens.css` writes its colours. */
function rgb(hex: string): [number, number, number] {
  // The build shortens #ffffff to #fff.
  const long = hex.length === 4 ? hex.replaceAll(/[0-9a-f]/gi, (digit) => digit + digit) : hex;
  const part = (at: number): number => Number.parseInt(long.slice(at, at + 2), 16) / 255;
  return [part(1), part(3), part(5)];
}
