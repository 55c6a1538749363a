import { useState, type FormEvent } from 'react';
import { Button, Field } from '../design/parts.tsx';
import type { Point } from './geometry.ts';

interface PointFieldsProps {
  /** What the point is for: `Pickup`. */
  name: string;
  point: Point | undefined;
  onChoose: (point: Point) => void;
}

/** Two number fields for a point: the keyboard's way to choose a place. */
export function PointFields({ name, point, onChoose }: PointFieldsProps) {
  const [typed, setTyped] = useState<{ lat: string; lng: string }>();
  const lat = typed?.lat ?? point?.lat.toFixed(5) ?? '';
  const lng = typed?.lng ?? point?.lng.toFixed(5) ?? '';
  const choose = (event: FormEvent): void => {
    event.preventDefault();
    onChoose({ lat: Number(lat), lng: Number(lng) });
    setTyped(undefined);
  };
  return (
    <form className="stack" onSubmit={choose}>
      <div className="two-fields">
        <Field label={`${name}, latitude`}>
          <input
            type="number"
            step="any"
            min={-90}
            max={90}
            required
            value={lat}
            onChange={(event) => setTyped({ lat: event.target.value, lng })}
          />
        </Field>
        <Field label={`${name}, longitude`}>
          <input
            type="number"
            step="any"
            min={-180}
            max={180}
            required
            value={lng}
            onChange={(event) => setTyped({ lat, lng: event.target.value })}
          />
        </Field>
      </div>
      <Button type="submit">Set the {name.toLowerCase()}</Button>
    </form>
  );
}
