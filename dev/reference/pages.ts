import { configurationPage } from './configuration.ts';

/** Every page of docs/reference, by its name. */
export const REFERENCE_PAGES: Readonly<Record<string, () => Promise<string>>> = {
  configuration: configurationPage,
};
