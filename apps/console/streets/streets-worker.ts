import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { constants, gzipSync } from 'node:zlib';
import { parseStreetGraph } from '#libs/geo';
import { streetLines } from './street-lines.ts';

/** A thread of its own: the streets of a metropolis take seconds, in which the event loop would stand still. */
const directory = String(workerData);
const read = (file: string): string => readFileSync(join(directory, file), 'utf8');
const lines = streetLines(parseStreetGraph(read('nodes.csv'), read('edges.csv')));
const level = constants.Z_BEST_COMPRESSION;
parentPort?.postMessage(gzipSync(JSON.stringify(lines), { level }), []);
