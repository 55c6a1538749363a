import type { ListedDriver } from '#libs/contracts';
import type { Tone } from '../design/parts.tsx';

type Status = ListedDriver['status'];

export const STATUSES: Readonly<Record<Status, { name: string; tone: Tone }>> = {
  offline: { name: 'offline', tone: 'neutral' },
  free: { name: 'free', tone: 'good' },
  offered: { name: 'asked', tone: 'warn' },
  on_trip: { name: 'on a trip', tone: 'neutral' },
};
