import type { StreetGraph } from '#libs/geo';

/**
 * A street network at an hour of the day as an OpenStreetMap file: each edge is a way tagged with its travel time in
 * seconds.
 */
export function streetOsm(graph: StreetGraph, hour: number): string {
  const seconds = graph.secondsAt(hour);
  const nodes = Array.from({ length: graph.nodeCount }, (_, node) => {
    const { lat, lng } = graph.point(node);
    return `<node id="${node + 1}" version="1" lat="${lat}" lon="${lng}"/>`;
  });
  const ways: string[] = [];
  const { starts, edges, ends } = graph.outgoing;
  for (let from = 0; from < graph.nodeCount; from++)
    for (let slot = starts[from] as number; slot < (starts[from + 1] as number); slot++) {
      const [edge, to] = [edges[slot] as number, ends[slot] as number];
      ways.push(
        `<way id="${edge + 1}" version="1"><nd ref="${from + 1}"/><nd ref="${to + 1}"/>` +
          `<tag k="highway" v="residential"/><tag k="seconds" v="${seconds[edge]}"/></way>`,
      );
    }
  return ['<?xml version="1.0"?>', '<osm version="0.6">', ...nodes, ...ways, '</osm>', ''].join('\n');
}

/** An OSRM profile: each way is one-way and takes its tagged seconds; turns take no time. */
export const SECONDS_PROFILE = `
api_version = 4

function setup()
  return { properties = { weight_name = 'duration', u_turn_penalty = 0, continue_straight_at_waypoint = false } }
end

function process_way(profile, way, result)
  result.forward_mode = mode.driving
  result.backward_mode = mode.inaccessible
  result.forward_speed = 36
  result.duration = tonumber(way:get_value_by_key('seconds'))
end

function process_turn(profile, turn)
  turn.duration = 0
  turn.weight = 0
end

return { setup = setup, process_way = process_way, process_turn = process_turn }
`;
