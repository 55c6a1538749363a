import { useState } from 'react';
import { useLocation } from 'wouter';
import { Button, Field } from '../design/parts.tsx';
import { pageOf } from '../design/ids.tsx';

/** Goes to the trip or driver of a pasted id, or to the trips of a rider. */
export function FindById() {
  const [, navigate] = useLocation();
  const [id, setId] = useState('');
  const [isUnknown, setUnknown] = useState(false);
  const go = (text: string): void => {
    const page = pageOf(text.trim());
    setUnknown(page === undefined && text.trim() !== '');
    if (page !== undefined) navigate(page);
  };
  return (
    <form
      className="row"
      style={{ alignItems: 'end' }}
      onSubmit={(event) => {
        event.preventDefault();
        go(id);
      }}
    >
      <Field label="Find by id (trip_…, driver_…, rider_…)">
        <input
          type="search"
          value={id}
          size={34}
          spellCheck={false}
          aria-invalid={isUnknown}
          onChange={(event) => setId(event.target.value)}
          onPaste={(event) => go(event.clipboardData.getData('text'))}
        />
      </Field>
      <Button type="submit">Go</Button>
      {isUnknown && (
        <span role="alert" style={{ color: 'var(--danger)' }}>
          This is no id of a trip, driver or rider.
        </span>
      )}
    </form>
  );
}
