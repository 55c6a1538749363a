import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { Button } from '../design/parts.tsx';
import { chooseTheme, useTheme } from '../design/theme.ts';
import { useSettings } from '../session/context.ts';
import { signOut } from '../session/session.tsx';
import './shell.css';

interface Place {
  path: string;
  name: string;
}

const PLACES: readonly Place[] = [
  { path: '/', name: 'Map' },
  { path: '/shards', name: 'Shards' },
  { path: '/trips', name: 'Trips' },
  { path: '/drivers', name: 'Drivers' },
  { path: '/attention', name: 'Attention' },
  { path: '/numbers', name: 'Numbers' },
];

/** The frame of the operators' pages: where one can go, and who one is. */
export function Shell({ children }: { children: ReactNode }) {
  const [path] = useLocation();
  const { can_break } = useSettings();
  const places = can_break ? [...PLACES, { path: '/break', name: 'Break it' }] : PLACES;
  return (
    <div className="shell">
      <header className="shell-bar">
        <Link className="shell-name" href="/">
          Hailgrid
        </Link>
        <nav className="shell-nav" aria-label="Pages">
          {places.map(({ path: to, name }) => (
            <Link key={to} href={to} aria-current={isAt(path, to) ? 'page' : undefined}>
              {name}
            </Link>
          ))}
        </nav>
        <div className="shell-who">
          <Link href="/rider">Rider</Link>
          <Link href="/driver">Driver</Link>
          <ThemeSwitch />
          <Button onClick={() => void signOut('console')}>Sign out</Button>
        </div>
      </header>
      <main className="shell-main" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

function ThemeSwitch() {
  const { shown } = useTheme();
  const other = shown === 'dark' ? 'light' : 'dark';
  return (
    <Button aria-label={`Switch to the ${other} look`} onClick={() => chooseTheme(other)}>
      {other === 'dark' ? 'Dark' : 'Light'}
    </Button>
  );
}

function isAt(path: string, place: string): boolean {
  return place === '/' ? path === '/' : path === place || path.startsWith(`${place}/`);
}
