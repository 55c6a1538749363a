import { Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import {
  cityAct,
  HailgridError,
  instanceName,
  type CityActReply,
  type CityFault,
  type CityProcess,
  type Scope,
} from '#libs/contracts';
import { requireSamePage } from '../signin/same-page.ts';
import { Sessions, type Session } from '../signin/sessions.ts';
import { CityControlClient } from './city-control-client.ts';

const actParams = z.object({ name: instanceName, act: cityAct });

/**
 * Lets operators with the scope `ops.force` break processes of the city that `npm start` runs, and see what follows. In any
 * other deployment these paths do not exist.
 */
@Controller('v1/console/break')
export class BreakController {
  constructor(
    private readonly control: CityControlClient,
    private readonly sessions: Sessions,
  ) {}

  @Get('processes')
  async processes(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ data: CityProcess[] }> {
    await this.#session(request, reply, 'ops.read');
    return { data: await this.control.processes() };
  }

  @Get('faults')
  async faults(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ data: CityFault[] }> {
    await this.#session(request, reply, 'ops.read');
    return { data: await this.control.faults() };
  }

  @Post('processes/:name/:act')
  @HttpCode(200)
  async act(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param({ schema: actParams }) { name, act }: z.output<typeof actParams>,
  ): Promise<CityActReply> {
    requireSamePage(request);
    const { subject } = await this.#session(request, reply, 'ops.force');
    return this.control.act(name, act, subject);
  }

  async #session(request: FastifyRequest, reply: FastifyReply, scope: Scope): Promise<Session> {
    if (!this.control.exists) throw new HailgridError('not_found', 'this city has no control');
    return this.sessions.ofOperator(request, reply, scope);
  }
}
