import { Link } from 'wouter';
import { useSettings, type SignedInApp } from './context.ts';

/** What one can do in each part. */
const PURPOSES: Readonly<Record<SignedInApp, string>> = {
  console: 'see and steer the city',
  rider: 'order a ride and watch the car come',
  driver: 'go online, take rides and drive people through the city',
};

const ROLES: Readonly<Record<SignedInApp, string>> = {
  console: 'an operator',
  rider: 'a rider',
  driver: 'a driver',
};

/** The way to the provider's page, which comes back to where the person is now. */
export function SignIn({ app, reason }: { app: SignedInApp; reason: string | undefined }) {
  const { mode } = useSettings();
  const wasRefused = new URLSearchParams(window.location.search).has('refused');
  const why = reason ?? (wasRefused ? 'The sign-in did not succeed. Try it again.' : undefined);
  const back = `${window.location.pathname}${window.location.search}`;
  return (
    <main className="page-body" style={{ maxWidth: '28rem', paddingTop: '15vh' }}>
      <h1>Hailgrid</h1>
      <p>
        Sign in as {ROLES[app]} to {PURPOSES[app]}.
      </p>
      {why !== undefined && (
        <p className="note" data-tone="danger" role="alert">
          {why}
        </p>
      )}
      <a
        className="button"
        data-look="primary"
        href={signInPath(app, window.location.pathname === '/sign-in' ? '/' : back)}
      >
        Sign in
      </a>
      {mode === 'development' && (
        <p style={{ color: 'var(--text-2)' }}>
          This is a development city: its issuer asks for no password, one click is enough.
        </p>
      )}
      <nav className="row" aria-label="Other parts">
        {app !== 'console' && <Link href="/">See the whole city</Link>}
        {/* By way of the provider at once: whoever has a session there needs no other click. */}
        {app !== 'rider' && <a href={signInPath('rider', '/rider')}>Play a rider</a>}
        {app !== 'driver' && <a href={signInPath('driver', '/driver')}>Play a driver</a>}
      </nav>
    </main>
  );
}

function signInPath(app: SignedInApp, back: string): string {
  return `/auth/login?app=${app}&return=${encodeURIComponent(back)}`;
}
