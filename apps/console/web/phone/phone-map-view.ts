import { LngLatBounds, Map as MapLibre, Marker, setWorkerUrl, type GeoJSONSource } from 'maplibre-gl';
import 'maplibre-gl/dist/maplibre-gl.css';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import type { Feature, FeatureCollection, LineString } from 'geojson';
import { colour } from '../design/theme.ts';
import type { Area, Point } from './geometry.ts';
import type { MapCar, MapPin } from './map-parts.ts';

setWorkerUrl(workerUrl);

/** How long a car glides to its newest position: one comes a second. */
const GLIDE_MS = 1_000;
/** How near the map goes to what it shows. */
const NEAREST_ZOOM = 15.5;
/** How far from the edge of the map its pins stay. */
const EDGE_PX = 44;
const PIN_LETTERS: Readonly<Record<MapPin['kind'], string>> = { pickup: 'A', dropoff: 'B', target: '×' };

/** A small map of the city: streets, two points, the line between them and a car that glides. */
export class PhoneMapView {
  readonly #map: MapLibre;
  readonly #area: Area;
  readonly #ready: Promise<void>;
  #pins: Marker[] = [];
  #line: readonly Point[] = [];
  #car: Marker | undefined;
  #glide: { from: Point; to: Point; startMs: number } | undefined;
  #theme: string | undefined;
  #turnedFor: string | undefined;
  #isClosed = false;

  /** @throws Error where there is no WebGL */
  constructor(container: HTMLElement, area: Area, onPick: (point: Point) => void) {
    this.#area = area;
    this.#map = new MapLibre({
      container,
      style: {
        version: 8,
        // The page around it changes its look at once, too.
        transition: { duration: 0, delay: 0 },
        sources: { streets: emptySource(), line: emptySource() },
        layers: [
          { id: 'ground', type: 'background' },
          { id: 'streets', type: 'line', source: 'streets' },
          { id: 'line', type: 'line', source: 'line', paint: { 'line-width': 4 } },
        ],
      },
      bounds: [area.west, area.south, area.east, area.north],
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
    });
    this.#map.touchZoomRotate.disableRotation();
    this.#map.on('click', ({ lngLat }) => onPick({ lat: lngLat.lat, lng: lngLat.lng }));
    this.#ready = new Promise((resolve) => void this.#map.once('load', () => resolve()));
  }

  close(): void {
    this.#isClosed = true;
    this.#map.remove();
  }

  /** Draws the streets once they are there; a city without them has none. */
  async loadStreets(url: string): Promise<void> {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok !== true) return;
    const streets = (await answer.json()) as FeatureCollection;
    await this.#set('streets', streets);
  }

  /** Takes the colours of a theme. */
  paint(theme: string): void {
    if (theme === this.#theme) return;
    this.#theme = theme;
    void this.#whenReady(() => {
      this.#map.setPaintProperty('ground', 'background-color', colour('--surface-2'));
      this.#map.setPaintProperty('streets', 'line-color', colour('--street'));
      this.#map.setPaintProperty('line', 'line-color', colour('--trip-riding'));
    });
  }

  showPins(pins: readonly MapPin[]): void {
    for (const pin of this.#pins) pin.remove();
    this.#pins = pins.map(({ kind, point }) => {
      const element = document.createElement('div');
      element.className = 'map-pin';
      element.dataset['kind'] = kind;
      element.textContent = PIN_LETTERS[kind];
      return new Marker({ element }).setLngLat(point).addTo(this.#map);
    });
  }

  showLine(line: readonly Point[]): void {
    this.#line = line;
    const coordinates = line.map(({ lng, lat }) => [lng, lat]);
    const feature: Feature<LineString> = {
      type: 'Feature',
      properties: {},
      geometry: { type: 'LineString', coordinates },
    };
    void this.#set('line', { type: 'FeatureCollection', features: line.length < 2 ? [] : [feature] });
  }

  /** Lets the car glide to where it is now. */
  showCar(car: MapCar | undefined): void {
    if (car === undefined) {
      this.#car?.remove();
      this.#car = undefined;
      this.#glide = undefined;
      return;
    }
    const isNew = this.#car === undefined;
    this.#car ??= new Marker({ element: carElement(), rotationAlignment: 'map' })
      .setLngLat(car.point)
      .addTo(this.#map);
    if (car.headingDeg !== null) this.#car.setRotation(car.headingDeg);
    if (isNew) return;
    const wasGliding = this.#glide !== undefined;
    this.#glide = { from: pointOf(this.#car), to: car.point, startMs: performance.now() };
    if (!wasGliding) this.#step();
  }

  /** Shows all that is on the map, or the whole area; again only for another reason. */
  turnToAll(reason: string): void {
    if (reason === this.#turnedFor) return;
    this.#turnedFor = reason;
    const points = [...this.#pins.map(pointOf), ...this.#line, ...(this.#car ? [pointOf(this.#car)] : [])];
    const { west, south, east, north } = this.#area;
    const bounds = new LngLatBounds();
    for (const point of points) bounds.extend(point);
    const shown = points.length > 0 ? bounds : new LngLatBounds([west, south, east, north]);
    this.#map.fitBounds(shown, { padding: EDGE_PX, maxZoom: NEAREST_ZOOM, duration: 400 });
  }

  #step(): void {
    requestAnimationFrame((nowMs) => {
      if (this.#glide === undefined || this.#car === undefined || this.#isClosed) return;
      const { from, to, startMs } = this.#glide;
      const share = Math.min(1, Math.max(0, (nowMs - startMs) / GLIDE_MS));
      this.#car.setLngLat({
        lat: from.lat + (to.lat - from.lat) * share,
        lng: from.lng + (to.lng - from.lng) * share,
      });
      if (share < 1) this.#step();
      else this.#glide = undefined;
    });
  }

  async #set(source: string, data: FeatureCollection): Promise<void> {
    await this.#whenReady(() => {
      void this.#map.getSource<GeoJSONSource>(source)?.setData(data);
    });
  }

  async #whenReady(act: () => void): Promise<void> {
    await this.#ready;
    if (!this.#isClosed) act();
  }
}

function emptySource(): { type: 'geojson'; data: FeatureCollection } {
  return { type: 'geojson', data: { type: 'FeatureCollection', features: [] } };
}

function pointOf(marker: Marker): Point {
  const { lat, lng } = marker.getLngLat();
  return { lat, lng };
}

function carElement(): HTMLElement {
  const element = document.createElement('div');
  element.className = 'map-car';
  element.innerHTML =
    '<svg viewBox="0 0 24 24" aria-hidden="true"><path fill="currentColor" stroke="var(--surface)" stroke-width="1.2" d="M12 1.5 20 21l-8-4.2L4 21Z"/></svg>';
  return element;
}
