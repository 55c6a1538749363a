import { boundsPage } from './bounds.ts';
import { configurationPage } from './configuration.ts';
import { databasePage } from './database.ts';
import { errorsPage } from './errors.ts';
import { metricsPage } from './metrics.ts';
import { subjectsPage } from './subjects.ts';
import { driverPresencePage, tripStatesPage } from './transitions.ts';

/** All pages of docs/reference by name. A page may read a database with all migrations applied. */
export const REFERENCE_PAGES: Readonly<Record<string, (databaseUrl: string) => Promise<string>>> = {
  bounds: boundsPage,
  configuration: configurationPage,
  database: databasePage,
  'driver-presence': driverPresencePage,
  errors: errorsPage,
  metrics: metricsPage,
  subjects: subjectsPage,
  'trip-states': tripStatesPage,
};
