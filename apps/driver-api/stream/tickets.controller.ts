import { Controller, HttpCode, Post } from '@nestjs/common';
import { postDriverTicket, routerPath, type StreamTicket } from '#libs/contracts';
import { CallerOf, ForRole, type Caller } from '#libs/service';
import { TicketOffice } from '#libs/stream';

@Controller()
export class TicketsController {
  constructor(private readonly tickets: TicketOffice) {}

  @Post(routerPath(postDriverTicket))
  @HttpCode(postDriverTicket.status)
  @ForRole('driver')
  issue(@CallerOf() caller: Caller): StreamTicket {
    return this.tickets.issue(caller);
  }
}
