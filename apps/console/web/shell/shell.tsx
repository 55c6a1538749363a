import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import type { AttentionCount } from '#libs/contracts';
import { OpenEntries } from '../attention/open-entries.ts';
import { Button } from '../design/parts.tsx';
import { chooseTheme, useTheme } from '../design/theme.ts';
import { callOps } from '../ops-api/call.ts';
import { usePolled } from '../ops-api/use-polled.ts';
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

/** How often the open entries of the attention feed are counted, on every page. */
const COUNT_INTERVAL_MS = 5_000;
/** The count stops here. */
const MANY = 100;

/** The frame of the operators' pages: where one can go, and who one is. */
export function Shell({ children }: { children: ReactNode }) {
  const [path] = useLocation();
  const { can_break } = useSettings();
  const { data: open } = usePolled(
    'open entries',
    (signal) => callOps<AttentionCount>('/v1/ops/attention/count', { signal }),
    COUNT_INTERVAL_MS,
  );
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
              {to === '/attention' && open !== undefined && open.open > 0 && <OpenCount count={open.open} />}
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
        <OpenEntries value={open}>{children}</OpenEntries>
      </main>
    </div>
  );
}

function OpenCount({ count }: { count: number }) {
  return (
    <span className="shell-count">
      {count < MANY ? count : `${MANY}+`}
      <span className="visually-hidden"> open</span>
    </span>
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
