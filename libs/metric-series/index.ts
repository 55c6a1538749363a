export { SeriesCollector } from './series-collector.ts';
