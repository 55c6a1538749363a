import { Module } from '@nestjs/common';
import { ExplainLog } from '#libs/dispatch';

/** Why recent trips were matched as they were; the rounds write it, operators will read it. */
@Module({
  providers: [{ provide: ExplainLog, useFactory: () => new ExplainLog() }],
  exports: [ExplainLog],
})
export class ExplainModule {}
