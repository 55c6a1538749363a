import { Module } from '@nestjs/common';
import { ExplainLog } from '#libs/dispatch';
import { ExplainHandler } from './explain.handler.ts';

/** Why recent trips were matched as they were; the rounds write it, operators read it. */
@Module({
  providers: [{ provide: ExplainLog, useFactory: () => new ExplainLog() }, ExplainHandler],
  exports: [ExplainLog],
})
export class ExplainModule {}
