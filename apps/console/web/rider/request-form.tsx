import { Button, Loading } from '../design/parts.tsx';
import { centreOf, surprise } from '../phone/geometry.ts';
import { PointFields } from '../phone/point-fields.tsx';
import { distanceWords, durationWords, moneyWords } from '../phone/words.ts';
import { useSettings } from '../session/context.ts';
import type { Product, RiderPhone, RiderState } from './rider-phone.ts';

interface RequestFormProps {
  phone: RiderPhone;
  state: RiderState;
  /** Which point a tap on the map sets. */
  next: 'pickup' | 'dropoff';
  onNext: (next: 'pickup' | 'dropoff') => void;
}

/** Where from, where to, with what, and for how much. */
export function RequestForm({ phone, state, next, onNext }: RequestFormProps) {
  const { area } = useSettings();
  const { pickup, dropoff, offered, product, isBusy } = state;
  const chosen = offered[product];
  return (
    <section className="stack" aria-labelledby="request-title">
      <h2 id="request-title" className="visually-hidden">
        Request a ride
      </h2>
      <div className="phone-actions">
        <Button aria-pressed={next === 'pickup'} onClick={() => onNext('pickup')}>
          Tap sets pickup
        </Button>
        <Button aria-pressed={next === 'dropoff'} onClick={() => onNext('dropoff')}>
          Tap sets dropoff
        </Button>
        <Button onClick={() => phone.choose({ pickup: centreOf(area) })}>Pickup at the centre</Button>
        <Button
          look={dropoff === undefined ? 'primary' : 'plain'}
          onClick={() => phone.choose({ dropoff: surprise(area, pickup ?? centreOf(area), Math.random) })}
        >
          Surprise me
        </Button>
      </div>
      <details>
        <summary>Set the points by numbers</summary>
        <div className="stack">
          <PointFields name="Pickup" point={pickup} onChoose={(point) => phone.choose({ pickup: point })} />
          <PointFields
            name="Dropoff"
            point={dropoff}
            onChoose={(point) => phone.choose({ dropoff: point })}
          />
        </div>
      </details>
      <output className="phone-state">
        <span>
          {dropoff === undefined
            ? 'Where to? Tap the map, or let yourself be surprised.'
            : chosen !== undefined && 'quote' in chosen
              ? `${distanceWords(chosen.quote.distance_m)}, about ${durationWords(chosen.quote.trip_s * 1000)} of riding`
              : ''}
        </span>
      </output>
      {dropoff !== undefined && (
        <>
          {Object.keys(offered).length === 0 ? (
            <Loading what="prices" />
          ) : (
            <Products phone={phone} state={state} />
          )}
          <Button
            look="primary"
            disabled={isBusy || chosen === undefined || !('quote' in chosen)}
            onClick={() => void phone.request()}
          >
            {isBusy ? 'Requesting …' : 'Request the ride'}
          </Button>
        </>
      )}
    </section>
  );
}

function Products({ phone, state }: { phone: RiderPhone; state: RiderState }) {
  return (
    <fieldset className="choices">
      <legend>Choose a car</legend>
      {state.products.map((product) => (
        <label key={product.product} className="choice">
          <input
            type="radio"
            name="product"
            checked={state.product === product.product}
            onChange={() => phone.chooseProduct(product.product)}
          />
          <ProductWords product={product} state={state} />
        </label>
      ))}
    </fieldset>
  );
}

function ProductWords({ product: { product, name, seats }, state }: { product: Product; state: RiderState }) {
  const offered = state.offered[product];
  const quote = offered !== undefined && 'quote' in offered ? offered.quote : undefined;
  const eta = quote?.pickup_eta_s ?? null;
  return (
    <>
      <span>
        {name}
        <small>
          {offered !== undefined && 'refusal' in offered
            ? offered.refusal
            : `${seats} seats, ${eta === null ? 'no car near now' : `here in ${durationWords(eta * 1000)}`}`}
        </small>
      </span>
      {quote !== undefined && <strong>{moneyWords(quote.fare)}</strong>}
    </>
  );
}
