import { useState, type ReactNode } from 'react';
import { Button, Dialog, Field } from '../design/parts.tsx';
import { callOps, CallFailed } from '../ops-api/call.ts';
import { etagOf } from '../ops-api/etag.ts';

/** Codes that fit most acts; operators may write their own. */
const USUAL_REASONS = [
  'rider_asked',
  'driver_asked',
  'vehicle_breakdown',
  'driver_unreachable',
  'rider_unreachable',
  'accident',
  'safety',
  'test',
];

interface ActDialogProps {
  title: string;
  does: string;
  path: `/v1/${string}`;
  /** The version when the dialog opened: a change in between wins, and the act is refused. */
  version: number;
  isHard?: boolean;
  /** Further members of the request. */
  further?: Readonly<Record<string, unknown>>;
  canSend?: boolean;
  children?: ReactNode;
  onClose: () => void;
  onDone: () => void;
  /** Something changed meanwhile: the page should read again. */
  onStale: () => void;
}

/** Asks for the reason of an act, and does it. */
export function ActDialog(props: ActDialogProps) {
  const {
    title,
    does,
    path,
    version,
    isHard = false,
    further,
    canSend = true,
    children,
    onClose,
    onDone,
  } = props;
  const [reason, setReason] = useState('');
  const [note, setNote] = useState('');
  const [failure, setFailure] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const [seen, setSeen] = useState<number | undefined>(version);
  const send = async (): Promise<void> => {
    setBusy(true);
    setFailure(undefined);
    try {
      const body = { reason_code: reason, ...(note.trim() !== '' && { note: note.trim() }), ...further };
      await callOps(path, { method: 'POST', body, ifMatch: etagOf(seen ?? version) });
      onDone();
    } catch (error) {
      setFailure(wordsOf(error));
      if (error instanceof CallFailed && error.status === 412) {
        // From now on as the page shows it behind the dialog.
        setSeen(undefined);
        props.onStale();
      }
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} isOpen onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <p>{does}</p>
        {children}
        <Field label="Reason code (small letters, digits and _)">
          <input
            required
            list="usual-reasons"
            pattern="[a-z][a-z0-9_]*"
            maxLength={64}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </Field>
        <datalist id="usual-reasons">
          {USUAL_REASONS.map((code) => (
            <option key={code} value={code}>
              {code.replaceAll('_', ' ')}
            </option>
          ))}
        </datalist>
        <Field label="Note (for operators only)">
          <textarea rows={3} maxLength={500} value={note} onChange={(event) => setNote(event.target.value)} />
        </Field>
        {failure !== undefined && (
          <p className="note" data-tone="danger" role="alert">
            {failure}
          </p>
        )}
        <div className="row" style={{ justifyContent: 'end' }}>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" look={isHard ? 'danger' : 'primary'} disabled={isBusy || !canSend}>
            {title}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function wordsOf(error: unknown): string {
  if (error instanceof CallFailed && error.status === 412)
    return 'Somebody else, or the system, changed it meanwhile. The page shows it as it is now: look again, then repeat.';
  return error instanceof Error ? error.message : String(error);
}
