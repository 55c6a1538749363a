import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fastifyStatic from '@fastify/static';
import { Controller, Get, Inject, Injectable, Req, Res } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HailgridError } from '#libs/contracts';
import { CONFIG } from '#libs/service';
import type { ConsoleConfig } from '../config.ts';
import { PAGE_PATHS } from '../protocol/page-paths.ts';

/** Files below it have a hash of their content in their names. */
const HASHED_PREFIX = '/assets/';

/** Serves the files that the build has made of `web/`. */
@Injectable()
export class PageFiles {
  readonly #directory: string;
  readonly #policy: string;
  #page: string | undefined;

  constructor(@Inject(CONFIG) config: ConsoleConfig, host: HttpAdapterHost<FastifyAdapter>) {
    this.#directory = resolve(config.pagesDir);
    this.#policy = contentPolicy(config);
    if (!existsSync(join(this.#directory, 'assets'))) return;
    void host.httpAdapter.getInstance().register(fastifyStatic, {
      root: join(this.#directory, 'assets'),
      prefix: HASHED_PREFIX,
      preCompressed: true,
      cacheControl: false,
      setHeaders: (reply) => {
        void reply.header('cache-control', 'public, max-age=31536000, immutable');
        // A worker is bound by the policy of its own file.
        void reply.header('content-security-policy', this.#policy);
      },
    });
  }

  /** Sends the page, whose script shows what its path asks for. */
  send(reply: FastifyReply): void {
    this.#page ??= this.#read();
    void reply
      .header('content-type', 'text/html; charset=utf-8')
      .header('content-security-policy', this.#policy)
      .header('cache-control', 'no-cache')
      .send(this.#page);
  }

  #read(): string {
    const file = join(this.#directory, 'index.html');
    if (!existsSync(file))
      throw new HailgridError('unavailable', `no page at ${file}: the build makes it (npm run build)`);
    return readFileSync(file, 'utf8');
  }
}

@Controller()
export class PagesController {
  constructor(
    private readonly files: PageFiles,
    @Inject(CONFIG) private readonly config: ConsoleConfig,
  ) {}

  @Get([...PAGE_PATHS])
  page(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const { publicUrl, mode } = this.config;
    // Who opens `localhost` would sign in at 127.0.0.1, and come back without its cookies.
    const isElsewhere = publicUrl !== undefined && request.host !== new URL(publicUrl).host;
    if (mode === 'development' && isElsewhere) void reply.redirect(`${publicUrl}${request.url}`, 303);
    else this.files.send(reply);
  }
}

/**
 * The page loads from its own address only, and speaks to it and, as a phone does, to the public APIs. MapLibre starts its
 * worker from its own file.
 */
function contentPolicy({ riderApiUrl, driverApiUrl, tileUrl }: ConsoleConfig): string {
  const phones = [riderApiUrl, driverApiUrl].flatMap((url) =>
    url === undefined ? [] : [url, url.replace(/^http/, 'ws')],
  );
  const tiles = tileUrl === undefined ? [] : [new URL(tileUrl.replaceAll(/[{}]/g, '')).origin];
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src 'self' data: blob: ${tiles.join(' ')}`.trim(),
    "font-src 'self'",
    "worker-src 'self'",
    `connect-src 'self' ${[...phones, ...tiles].join(' ')}`.trim(),
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}
