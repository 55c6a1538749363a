import { createContext, useContext } from 'react';
import type { PageSettings } from '../../protocol/settings.ts';

/** The parts of the page that people sign in to. */
export type SignedInApp = 'console' | 'rider' | 'driver';

export interface Session {
  app: SignedInApp;
  subject: string;
  role: string;
  scopes: string[];
  expires_at: string;
}

export const SettingsContext = createContext<PageSettings | undefined>(undefined);
export const SessionContext = createContext<Session | undefined>(undefined);

export function useSettings(): PageSettings {
  const settings = useContext(SettingsContext);
  if (settings === undefined) throw new Error('useSettings needs WithSettings around it');
  return settings;
}

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error('useSession needs SignedIn around it');
  return session;
}

/** Whether the operator's token allows something. */
export function useMay(scope: string): boolean {
  return useSession().scopes.includes(scope);
}
