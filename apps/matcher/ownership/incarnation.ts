import { randomUUID } from 'node:crypto';

/** Injection token of the name of this life of the process. */
export const INCARNATION = Symbol('hailgrid.incarnation');

export const incarnationProvider = { provide: INCARNATION, useFactory: (): string => randomUUID() };
