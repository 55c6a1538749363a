import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { greatCircleEta, parseStreetGraph, streetEta, StreetRouter, type EtaTable } from '#libs/geo';
import type { TravelTimeConfig } from './config.ts';

/**
 * Travel times as the configuration has them: on the street network it names, else by air with a detour factor.
 * Throws where the network cannot be read, naming file, line and column: a matcher that silently knew less would
 * match worse.
 */
export async function openTravelTimes(config: TravelTimeConfig): Promise<EtaTable> {
  const { streetsDir, utcOffsetS, detourFactor, drivingSpeedMps } = config;
  if (streetsDir === undefined) return greatCircleEta({ detourFactor, speedMps: drivingSpeedMps });
  const [nodes, edges] = await Promise.all(
    ['nodes.csv', 'edges.csv'].map((file) => readFile(join(streetsDir, file), 'utf8')),
  );
  const router = new StreetRouter(parseStreetGraph(nodes ?? '', edges ?? ''));
  return streetEta({ router, accessSpeedMps: drivingSpeedMps, utcOffsetMs: utcOffsetS * 1_000 });
}
