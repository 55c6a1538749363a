import { lazy, Suspense } from 'react';
import { Route, Switch } from 'wouter';
import { Empty, Loading } from './design/parts.tsx';
import { SignedIn } from './session/session.tsx';
import { Shell } from './shell/shell.tsx';

/** Each page is a file of its own in the build: the first paint loads what it shows. */
const MapPage = lazy(() => import('./map/map-page.tsx'));
const ShardsPage = lazy(() => import('./shards/shards-page.tsx'));
const BreakPage = lazy(() => import('./break/break-page.tsx'));

export function Routes() {
  return (
    <Suspense fallback={<Loading what="the page" />}>
      <Switch>
        <Route>
          <SignedIn app="console">
            <Shell>
              <Suspense fallback={<Loading what="the page" />}>
                <Switch>
                  <Route path="/" component={MapPage} />
                  <Route path="/shards" component={ShardsPage} />
                  <Route path="/break" component={BreakPage} />
                  <Route path="/sign-in" component={MapPage} />
                  <Route>
                    <div className="page-body">
                      <Empty>There is no page at this address.</Empty>
                    </div>
                  </Route>
                </Switch>
              </Suspense>
            </Shell>
          </SignedIn>
        </Route>
      </Switch>
    </Suspense>
  );
}
