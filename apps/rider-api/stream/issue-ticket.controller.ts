import { Controller, Inject, Post } from '@nestjs/common';
import { postRiderTicket, routerPath, type StreamTicket } from '#libs/contracts';
import { CallerOf, ForRole, type Caller } from '#libs/service';
import { TicketOffice } from '#libs/stream';

@Controller()
export class IssueTicketController {
  readonly #office: TicketOffice;

  constructor(@Inject(TicketOffice) office: TicketOffice) {
    this.#office = office;
  }

  @Post(routerPath(postRiderTicket))
  @ForRole('rider')
  issue(@CallerOf() caller: Caller): StreamTicket {
    return this.#office.issue(caller);
  }
}
