import { createContext, useContext } from 'react';
import type { PageSession } from '../../protocol/session.ts';
import type { PageSettings } from '../../protocol/settings.ts';

/** The parts of the page that people sign in to. */
export type SignedInApp = PageSession['app'];

export const SettingsContext = createContext<PageSettings | undefined>(undefined);
export const SessionContext = createContext<PageSession | undefined>(undefined);

export function useSettings(): PageSettings {
  const settings = useContext(SettingsContext);
  if (settings === undefined) throw new Error('useSettings needs WithSettings around it');
  return settings;
}

export function useSession(): PageSession {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error('useSession needs SignedIn around it');
  return session;
}

/** Whether the operator's token allows something. */
export function useMay(scope: string): boolean {
  return useSession().scopes.includes(scope);
}
