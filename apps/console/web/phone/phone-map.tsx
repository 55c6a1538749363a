import { lazy, Suspense } from 'react';
import { Loading } from '../design/parts.tsx';
import type { PhoneMapProps } from './map-parts.ts';

/** The library of maps is large: it loads after the page is usable. */
const Canvas = lazy(() => import('./map-canvas.tsx'));

export function PhoneMap(props: PhoneMapProps) {
  return (
    <section className="phone-map" aria-label={props.label}>
      <Suspense fallback={<Loading what="the map" />}>
        <Canvas {...props} />
      </Suspense>
    </section>
  );
}
