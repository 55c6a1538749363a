import type { StreetGraph } from '#libs/geo';

/** How many decimals of a degree a line has: a metre. */
const DECIMALS = 5;

/** How many points all lines have at most; beyond that further streets are left out. Half a million are some 9 MB of text. */
export const MAX_STREET_POINTS = 500_000;

/** The streets as a map draws them: RFC 7946, one feature with all lines. */
export interface StreetsGeoJson {
  readonly type: 'FeatureCollection';
  readonly features: readonly {
    readonly type: 'Feature';
    readonly properties: Record<string, never>;
    readonly geometry: {
      readonly type: 'MultiLineString';
      readonly coordinates: readonly (readonly Position[])[];
    };
  }[];
}
type Position = readonly [lng: number, lat: number];

/** The streets between crossings as lines, each once whatever its directions. */
export function streetLines(graph: StreetGraph, maxPoints = MAX_STREET_POINTS): StreetsGeoJson {
  const coordinates: Position[][] = [];
  let points = 0;
  for (const chain of chains(neighbours(graph))) {
    points += chain.length;
    if (points > maxPoints) break;
    coordinates.push(
      chain.map((node) => {
        const { lat, lng } = graph.point(node);
        return [Number(lng.toFixed(DECIMALS)), Number(lat.toFixed(DECIMALS))];
      }),
    );
  }
  const geometry = { type: 'MultiLineString', coordinates } as const;
  return { type: 'FeatureCollection', features: [{ type: 'Feature', properties: {}, geometry }] };
}

/** The nodes beside each node, in either direction. */
function neighbours({ nodeCount, outgoing: { starts, ends } }: StreetGraph): Set<number>[] {
  const beside = Array.from({ length: nodeCount }, () => new Set<number>());
  for (let from = 0; from < nodeCount; from++)
    for (let slot = starts[from] as number; slot < (starts[from + 1] as number); slot++) {
      const to = ends[slot] as number;
      if (to === from) continue;
      beside[from]?.add(to);
      beside[to]?.add(from);
    }
  return beside;
}

/** Lines from crossing to crossing; rings without a crossing begin anywhere. Takes the sets apart. */
function* chains(beside: Set<number>[]): Generator<number[]> {
  const isCrossing = beside.map(({ size }) => size !== 2);
  for (const isStart of [(node: number) => isCrossing[node] === true, () => true])
    for (let start = 0; start < beside.length; start++) {
      if (!isStart(start)) continue;
      while ((beside[start]?.size ?? 0) > 0) yield chainFrom(start, beside, isCrossing);
    }
}

function chainFrom(start: number, beside: Set<number>[], isCrossing: readonly boolean[]): number[] {
  const chain = [start];
  let here = start;
  do {
    const [next] = beside[here] ?? [];
    if (next === undefined) break;
    beside[here]?.delete(next);
    beside[next]?.delete(here);
    chain.push(next);
    here = next;
  } while (isCrossing[here] === false && here !== start);
  return chain;
}
