import type { ReactNode } from 'react';
import type { PageSettings } from '../../protocol/settings.ts';
import type { SessionAnswer } from '../../protocol/session.ts';
import { call } from '../ops-api/call.ts';
import { usePolled } from '../ops-api/use-polled.ts';
import { ErrorNote, Loading } from '../design/parts.tsx';
import { SessionContext, SettingsContext, type SignedInApp } from './context.ts';
import { SignIn } from './sign-in.tsx';

/** How often the page looks whether its session still holds, which also renews it. */
const SESSION_CHECK_MS = 60_000;

export function WithSettings({ children }: { children: ReactNode }) {
  const { data, error, reload } = usePolled('settings', () => call<PageSettings>('/v1/console/settings'), 0);
  if (data !== undefined) return <SettingsContext value={data}>{children}</SettingsContext>;
  if (error !== undefined) return <ErrorNote error={error} onRetry={reload} />;
  return <Loading what="the console" />;
}

/** Shows its children if somebody is signed in to `app`, else the sign-in page. */
export function SignedIn({ app, children }: { app: SignedInApp; children: ReactNode }) {
  const { data, error, reload } = usePolled(
    `session ${app}`,
    () => call<SessionAnswer>(`/v1/console/session?app=${app}`),
    SESSION_CHECK_MS,
  );
  if (data?.session === null) return <SignIn app={app} reason={data.refused ?? undefined} />;
  if (data !== undefined) return <SessionContext value={data.session}>{children}</SessionContext>;
  if (error !== undefined) return <ErrorNote error={error} onRetry={reload} />;
  return <Loading what="your session" />;
}

/** Ends the session here and, where the provider has a page for it, there. */
export async function signOut(app: SignedInApp): Promise<void> {
  const { continue_at } = await call<{ continue_at: string | null }>(`/auth/logout?app=${app}`, {
    method: 'POST',
  });
  window.location.assign(continue_at ?? '/');
}
