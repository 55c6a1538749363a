export { Random, randomStream, seededFractions } from './random.ts';
