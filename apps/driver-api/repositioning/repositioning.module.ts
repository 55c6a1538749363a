import { Module } from '@nestjs/common';
import { PresenceModule } from '../presence/presence.module.ts';
import { RelayHints } from './relay-hints.ts';

/** Hints of where to go, for drivers who are free. */
@Module({ imports: [PresenceModule], providers: [RelayHints] })
export class RepositioningModule {}
