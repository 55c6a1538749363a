import { Controller, Post } from '@nestjs/common';
import { postRiderTicket, routerPath, type StreamTicket } from '#libs/contracts';
import { CallerOf, ForRole, type Caller } from '#libs/service';
import { TicketOffice } from '#libs/stream';

@Controller()
export class IssueTicketController {
  constructor(private readonly office: TicketOffice) {}

  @Post(routerPath(postRiderTicket))
  @ForRole('rider')
  issue(@CallerOf() caller: Caller): StreamTicket {
    return this.office.issue(caller);
  }
}
