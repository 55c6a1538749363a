import { HEX_LAYERS, type HexLayer } from '../../protocol/map-messages.ts';
import { Field } from '../design/parts.tsx';
import type { CityNews } from './city-feed.ts';
import { byNameAndNumber, rangeOf, shortNumber, type OwnerColours } from './colour-scales.ts';

const NAMES: Readonly<Record<HexLayer, string>> = {
  none: 'No hexagons',
  shards: 'Shards and their owners',
  supply: 'Supply: free cars',
  demand: 'Demand: requests',
  expected: 'Expected demand',
  waits: 'Waits',
  price: "Price of drivers' time",
};

interface LayerChooserProps {
  layer: HexLayer;
  news: CityNews;
  colours: OwnerColours;
  onChoose: (layer: HexLayer) => void;
}

/** What the hexagons show, and what their colours mean. */
export function LayerChooser({ layer, news, colours, onChoose }: LayerChooserProps) {
  return (
    <section className="map-card" aria-label="Layer of the map">
      <Field label="Hexagons">
        <select value={layer} onChange={({ target }) => onChoose(target.value as HexLayer)}>
          {HEX_LAYERS.map((name) => (
            <option key={name} value={name}>
              {NAMES[name]}
            </option>
          ))}
        </select>
      </Field>
      {layer === 'shards' && <Owners news={news} colours={colours} />}
      {layer !== 'shards' && layer !== 'none' && <Scale news={news} layer={layer} />}
    </section>
  );
}

function Owners({ news, colours }: { news: CityNews; colours: OwnerColours }) {
  const shardsOf = new Map<string | null, number>();
  for (const { owner } of news.shards.shards.values()) shardsOf.set(owner, (shardsOf.get(owner) ?? 0) + 1);
  const owners = [...shardsOf].sort(([a], [b]) => byNameAndNumber(a ?? '~', b ?? '~'));
  if (owners.length === 0) return <p className="map-hint">No shard is known yet.</p>;
  return (
    <ul className="map-owners" aria-label="Owners of shards">
      {owners.map(([owner, count]) => (
        <li key={owner ?? ''}>
          <span
            className="map-swatch"
            aria-hidden="true"
            style={{
              background: owner === null ? 'var(--car-silent)' : `var(--owner-${colours.indexOf(owner)})`,
            }}
          />
          <span>{owner ?? 'nobody'}</span>
          <span className="map-hint">
            {count} {count === 1 ? 'shard' : 'shards'}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Scale({ news, layer }: { news: CityNews; layer: HexLayer }) {
  const hexes = news.hexes?.layer === layer ? news.hexes : undefined;
  const range = hexes === undefined ? undefined : rangeOf(hexes.cells);
  if (hexes === undefined || range === undefined)
    return <p className="map-hint">{hexes === undefined ? 'Loading …' : 'Nothing to show here now.'}</p>;
  return (
    <figure className="map-scale">
      <div aria-hidden="true" />
      <figcaption>
        <span>{shortNumber(range.low)}</span>
        <span>{hexes.unit}</span>
        <span>{shortNumber(range.high)}</span>
      </figcaption>
    </figure>
  );
}
