import { useState, type FormEvent } from 'react';
import type { MatcherView, OperatorActRequest } from '#libs/contracts';
import { Button, Dialog, ErrorNote, Field } from '../design/parts.tsx';
import { callOps } from '../ops-api/call.ts';

/** How long a reason and a note may be; the server's bounds. */
const MAX_REASON_LENGTH = 64;
/** How long a note may be; the server's bound. */
const MAX_NOTE_LENGTH = 500;

export interface DrainAct {
  kind: 'drain' | 'resume';
  matcher: string;
}

interface DrainDialogProps {
  act: DrainAct | undefined;
  onClose: () => void;
  onDone: () => void;
}

/** Asks why a matcher is drained or resumed, and does it. */
export function DrainDialog({ act, onClose, onDone }: DrainDialogProps) {
  const title = act === undefined ? '' : `${act.kind === 'drain' ? 'Drain' : 'Resume'} ${act.matcher}`;
  return (
    <Dialog title={title} isOpen={act !== undefined} onClose={onClose}>
      {act !== undefined && <DrainForm act={act} onClose={onClose} onDone={onDone} />}
    </Dialog>
  );
}

function DrainForm({ act, onClose, onDone }: DrainDialogProps & { act: DrainAct }) {
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const note = textOf(form, 'note');
    const body: OperatorActRequest = { reason_code: textOf(form, 'reason'), ...(note !== '' && { note }) };
    setBusy(true);
    try {
      await callOps<MatcherView>(`/v1/matchers/${act.matcher}/${act.kind}`, { method: 'POST', body });
      onDone();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="stack" onSubmit={(event) => void submit(event)}>
      <p>
        {act.kind === 'drain'
          ? 'All its shards go to the other matchers one handoff after the other; it gets none until it is resumed. No trip is lost.'
          : 'The planner gives it shards again.'}
      </p>
      <Field label="Reason (a code of yours: small letters, digits and _)">
        <input
          name="reason"
          required
          maxLength={MAX_REASON_LENGTH}
          pattern="[a-z][a-z0-9_]*"
          defaultValue="maintenance"
        />
      </Field>
      <Field label="Note for the audit (optional)">
        <textarea name="note" rows={2} maxLength={MAX_NOTE_LENGTH} />
      </Field>
      {error !== undefined && <ErrorNote error={error} />}
      <div className="row">
        <Button type="submit" look={act.kind === 'drain' ? 'danger' : 'primary'} disabled={isBusy}>
          {act.kind === 'drain' ? 'Drain it' : 'Resume it'}
        </Button>
        <Button onClick={onClose}>Leave it</Button>
      </div>
    </form>
  );
}

function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value.trim() : '';
}
