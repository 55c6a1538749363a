import { createContext, useContext } from 'react';
import type { AttentionCount } from '#libs/contracts';

/** How many entries are open, as the shell knows it; undefined: not yet. Pages read their entries again when it changes. */
export const OpenEntries = createContext<AttentionCount | undefined>(undefined);

export function useOpenEntries(): AttentionCount | undefined {
  return useContext(OpenEntries);
}
