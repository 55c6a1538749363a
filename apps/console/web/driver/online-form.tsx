import { useState, type FormEvent } from 'react';
import type { OnlineRequest } from '#sdk';
import { Button, Field } from '../design/parts.tsx';
import type { DriverPhone, DriverState } from './driver-phone.ts';

const DEFAULT_VEHICLE = { plate: 'HG-20-26', make: 'Kia', model: 'Niro', color: 'green' };
const VEHICLE_FIELDS = [
  { name: 'plate', label: 'Plate', longest: 16 },
  { name: 'make', label: 'Make', longest: 40 },
  { name: 'model', label: 'Model', longest: 40 },
  { name: 'color', label: 'Colour', longest: 24 },
] as const;
const PRODUCTS = [
  { product: 'standard', name: 'Standard' },
  { product: 'xl', name: 'XL' },
  { product: 'premium', name: 'Premium' },
] as const;

/** What a driver goes online with; the car of last time, if there was one. */
export function OnlineForm({ phone, state }: { phone: DriverPhone; state: DriverState }) {
  const [product, setProduct] = useState<OnlineRequest['product']>(state.product ?? 'standard');
  const [vehicle, setVehicle] = useState<OnlineRequest['vehicle']>(state.vehicle ?? DEFAULT_VEHICLE);
  const goOnline = (event: FormEvent): void => {
    event.preventDefault();
    void phone.goOnline({ product, vehicle });
  };
  return (
    <form className="stack" onSubmit={goOnline}>
      <Button type="submit" look="primary" disabled={state.isBusy}>
        {state.isBusy ? 'Going online …' : 'Go online'}
      </Button>
      <p className="phone-purpose">
        A tap on the map puts the car there first. As {PRODUCTS.find((one) => one.product === product)?.name}{' '}
        with {vehicle.color} {vehicle.make} {vehicle.model}, {vehicle.plate}.
      </p>
      <details>
        <summary>Change the car</summary>
        <div className="two-fields">
          <Field label="Product">
            <select
              value={product}
              onChange={(event) => setProduct(event.target.value as OnlineRequest['product'])}
            >
              {PRODUCTS.map((one) => (
                <option key={one.product} value={one.product}>
                  {one.name}
                </option>
              ))}
            </select>
          </Field>
          {VEHICLE_FIELDS.map(({ name, label, longest }) => (
            <Field key={name} label={label}>
              <input
                required
                maxLength={longest}
                value={vehicle[name]}
                onChange={(event) => setVehicle({ ...vehicle, [name]: event.target.value })}
              />
            </Field>
          ))}
        </div>
      </details>
    </form>
  );
}
