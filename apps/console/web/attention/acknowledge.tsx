import { useState } from 'react';
import type { AttentionEntry } from '#libs/contracts';
import { Moment } from '../design/moments.tsx';
import { Button } from '../design/parts.tsx';
import { callOps } from '../ops-api/call.ts';
import { useMay } from '../session/context.ts';

/** Takes an entry on by name, or says who did. */
export function Acknowledge({ entry, onChanged }: { entry: AttentionEntry; onChanged: () => void }) {
  const { number, acknowledged } = entry;
  const mayWrite = useMay('ops.write');
  const [note, setNote] = useState('');
  const [failure, setFailure] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  if (acknowledged !== null)
    return (
      <div className="quiet">
        <p>
          Acknowledged by <strong style={{ overflowWrap: 'anywhere' }}>{acknowledged.name}</strong>
        </p>
        <p>
          <Moment at={acknowledged.at} />
        </p>
        {acknowledged.note !== null && <p>“{acknowledged.note}”</p>}
      </div>
    );
  const send = async (): Promise<void> => {
    setBusy(true);
    setFailure(undefined);
    try {
      const body = note.trim() === '' ? {} : { note: note.trim() };
      await callOps(`/v1/ops/attention/${number}/acknowledge`, { method: 'POST', body });
      onChanged();
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  };
  return (
    <form
      className="stack"
      style={{ gap: 'var(--gap-s)' }}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <label className="field">
        <span className="visually-hidden">Note about entry {number}</span>
        <input
          placeholder="note, if any"
          maxLength={500}
          value={note}
          disabled={!mayWrite}
          onChange={(event) => setNote(event.target.value)}
        />
      </label>
      <Button
        type="submit"
        disabled={isBusy || !mayWrite}
        title={mayWrite ? undefined : 'Your token has no scope ops.write.'}
      >
        Acknowledge
      </Button>
      {!mayWrite && <span className="quiet">Your token has no scope ops.write.</span>}
      {failure !== undefined && (
        <p role="alert" style={{ color: 'var(--danger)' }}>
          {failure}
        </p>
      )}
    </form>
  );
}
