import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { gunzipSync } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { HailgridError } from '#libs/contracts';
import { CONFIG } from '#libs/service';
import type { ConsoleConfig } from '../config.ts';
import { Sessions } from '../signin/sessions.ts';
import { signedInApp } from '../signin/signed-in-app.ts';
import { readStreetFile, type StreetFile } from './street-file.ts';

const streetsQuery = z.object({ app: signedInApp.default('console') });

/** The streets of the city for the maps of all that are signed in, as GeoJSON. They are read once, when the first page asks. */
@Controller()
export class StreetsController {
  #file: Promise<StreetFile> | undefined;

  constructor(
    private readonly sessions: Sessions,
    @Inject(CONFIG) private readonly config: ConsoleConfig,
  ) {}

  @Get('/v1/console/streets')
  async streets(
    @Query({ schema: streetsQuery }) { app }: z.output<typeof streetsQuery>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.sessions.of(request, app, reply);
    const { body, etag } = await this.#read();
    void reply
      .header('etag', etag)
      .header('cache-control', 'private, no-cache')
      .header('vary', 'accept-encoding');
    if (request.headers['if-none-match'] === etag) {
      void reply.status(304).send();
      return;
    }
    void reply.header('content-type', 'application/geo+json');
    const takesGzip = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
    if (takesGzip) void reply.header('content-encoding', 'gzip').send(body);
    else void reply.send(gunzipSync(body));
  }

  /** Reads again after a failure. */
  #read(): Promise<StreetFile> {
    const { streetsDir } = this.config;
    if (streetsDir === undefined) throw new HailgridError('not_found', 'this city has no street network');
    this.#file ??= readStreetFile(streetsDir).catch((error: unknown) => {
      this.#file = undefined;
      throw error;
    });
    return this.#file;
  }
}
