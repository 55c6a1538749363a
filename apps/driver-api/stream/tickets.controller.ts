import { Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { postDriverTicket, routerPath, type StreamTicket } from '#libs/contracts';
import { CallerOf, ForRole, type Caller } from '#libs/service';
import { TicketOffice } from '#libs/stream';

@Controller()
export class TicketsController {
  readonly #tickets: TicketOffice;

  constructor(@Inject(TicketOffice) tickets: TicketOffice) {
    this.#tickets = tickets;
  }

  @Post(routerPath(postDriverTicket))
  @HttpCode(postDriverTicket.status)
  @ForRole('driver')
  issue(@CallerOf() caller: Caller): StreamTicket {
    return this.#tickets.issue(caller);
  }
}
