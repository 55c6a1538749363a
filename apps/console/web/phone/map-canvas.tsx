import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useTheme } from '../design/theme.ts';
import { Empty } from '../design/parts.tsx';
import { useSettings } from '../session/context.ts';
import { PhoneMapView } from './phone-map-view.ts';
import type { PhoneMapProps } from './map-parts.ts';

/** The map itself. Without WebGL the page works on, and says so. */
export default function MapCanvas({ app, pins, line, car, focus, onPick }: PhoneMapProps) {
  const { area, has_streets } = useSettings();
  const { shown } = useTheme();
  const frame = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<PhoneMapView>();
  const [failure, setFailure] = useState<string>();
  const pick = useEffectEvent((point: { lat: number; lng: number }) => onPick?.(point));

  useEffect(() => {
    if (frame.current === null) return;
    try {
      const made = new PhoneMapView(frame.current, area, (point) => pick(point));
      setView(made);
      return () => made.close();
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }, [area]);
  useEffect(() => {
    if (has_streets) void view?.loadStreets(`/v1/console/streets?app=${app}`);
  }, [view, has_streets, app]);
  useEffect(() => view?.paint(shown), [view, shown]);
  useEffect(() => view?.showPins(pins), [view, pins]);
  useEffect(() => view?.showLine(line ?? []), [view, line]);
  useEffect(() => view?.showCar(car), [view, car]);
  useEffect(() => view?.turnToAll(focus), [view, focus]);

  if (failure !== undefined) return <Empty>This browser shows no map: {failure}. All else works.</Empty>;
  return <div ref={frame} className="phone-map-canvas" />;
}
