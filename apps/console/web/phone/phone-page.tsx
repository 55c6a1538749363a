import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Button } from '../design/parts.tsx';
import { chooseTheme, useTheme } from '../design/theme.ts';
import { signOut } from '../session/session.tsx';
import './phone.css';

interface PhonePageProps {
  app: 'rider' | 'driver';
  title: string;
  /** What one can do here, in one sentence. */
  purpose: string;
  children: ReactNode;
}

/** The frame of a phone: full screen on one, a column on a desktop. */
export function PhonePage({ app, title, purpose, children }: PhonePageProps) {
  const { shown } = useTheme();
  const other = shown === 'dark' ? 'light' : 'dark';
  return (
    <div className="phone">
      <header className="phone-bar">
        <h1>{title}</h1>
        <Button aria-label={`Switch to the ${other} look`} onClick={() => chooseTheme(other)}>
          {other === 'dark' ? 'Dark' : 'Light'}
        </Button>
        <Button onClick={() => void signOut(app)}>Sign out</Button>
      </header>
      <main className="phone-main">
        <p className="phone-purpose">{purpose}</p>
        {children}
      </main>
      <footer className="phone-foot">
        <nav aria-label="Other pages">
          {app === 'driver' ? (
            <Link href="/rider">Play a rider</Link>
          ) : (
            <Link href="/driver">Play a driver</Link>
          )}
          <Link href="/">See the whole city</Link>
        </nav>
      </footer>
    </div>
  );
}

/** How the page stands with the service, if not well. */
export function ConnectionNote({ connection }: { connection: Connection }) {
  if (connection === 'open') return null;
  return (
    <output className="phone-connection">
      {connection === 'ended'
        ? 'This person has too many pages open: this one no longer hears of changes. Reload it to go on here.'
        : connection === 'lost'
          ? 'The connection is lost. Connecting again …'
          : 'Connecting …'}
    </output>
  );
}

export type Connection = 'connecting' | 'open' | 'lost' | 'ended';

/** A problem in words, until it is dismissed. */
export function ProblemNote({ words, onDismiss }: { words: string | undefined; onDismiss: () => void }) {
  return (
    <div role="alert" className="phone-alert">
      {words !== undefined && (
        <div className="phone-problem">
          <p>{words}</p>
          <Button onClick={onDismiss}>Dismiss</Button>
        </div>
      )}
    </div>
  );
}
