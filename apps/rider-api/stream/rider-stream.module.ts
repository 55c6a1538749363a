import { Module } from '@nestjs/common';
import { riderClientFrame } from '#libs/contracts';
import { StreamModule } from '#libs/stream';
import { IssueTicketController } from './issue-ticket.controller.ts';
import { RiderStream } from './rider-stream.ts';

@Module({ providers: [RiderStream], exports: [RiderStream] })
class RiderSessionsModule {}

@Module({
  imports: [
    StreamModule.of({
      role: 'rider',
      clientFrame: riderClientFrame,
      handler: RiderStream,
      imports: [RiderSessionsModule],
    }),
  ],
  controllers: [IssueTicketController],
})
export class RiderStreamModule {}
