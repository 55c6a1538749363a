import { lazy, Suspense } from 'react';
import { Route, Switch } from 'wouter';
import { Empty, Loading } from './design/parts.tsx';
import { SignedIn } from './session/session.tsx';
import { Shell } from './shell/shell.tsx';

/** Each page is a file of its own in the build: the first paint loads what it shows. */
const MapPage = lazy(() => import('./map/map-page.tsx'));
const ShardsPage = lazy(() => import('./shards/shards-page.tsx'));
const NumbersPage = lazy(() => import('./numbers/numbers-page.tsx'));
const BreakPage = lazy(() => import('./break/break-page.tsx'));
const TripsPage = lazy(() => import('./trips/trips-page.tsx'));
const TripPage = lazy(() => import('./trips/trip-page.tsx'));
const DriversPage = lazy(() => import('./drivers/drivers-page.tsx'));
const DriverPage = lazy(() => import('./drivers/driver-page.tsx'));
const AttentionPage = lazy(() => import('./attention/attention-page.tsx'));
const RiderPhonePage = lazy(() => import('./rider/rider-page.tsx'));
const DriverPhonePage = lazy(() => import('./driver/driver-page.tsx'));

export function Routes() {
  return (
    <Suspense fallback={<Loading what="the page" />}>
      <Switch>
        <Route path="/rider">
          <SignedIn app="rider">
            <RiderPhonePage />
          </SignedIn>
        </Route>
        <Route path="/driver">
          <SignedIn app="driver">
            <DriverPhonePage />
          </SignedIn>
        </Route>
        <Route>
          <SignedIn app="console">
            <Shell>
              <Suspense fallback={<Loading what="the page" />}>
                <Switch>
                  <Route path="/" component={MapPage} />
                  <Route path="/shards" component={ShardsPage} />
                  <Route path="/numbers" component={NumbersPage} />
                  <Route path="/break" component={BreakPage} />
                  <Route path="/sign-in" component={MapPage} />
                  <Route path="/trips" component={TripsPage} />
                  <Route path="/trips/:id" component={TripPage} />
                  <Route path="/drivers" component={DriversPage} />
                  <Route path="/drivers/:id" component={DriverPage} />
                  <Route path="/attention" component={AttentionPage} />
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
