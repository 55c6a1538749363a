import { Controller, Post } from '@nestjs/common';
import { postOperatorTicket, routerPath, type StreamTicket } from '#libs/contracts';
import { CallerOf, ForRole, type Caller } from '#libs/service';
import { TicketOffice } from '#libs/stream';

/** Issues tickets for the attention feed. */
@Controller()
export class AttentionTicketsController {
  constructor(private readonly office: TicketOffice) {}

  @Post(routerPath(postOperatorTicket))
  @ForRole('operator')
  issue(@CallerOf() caller: Caller): StreamTicket {
    return this.office.issue(caller);
  }
}
