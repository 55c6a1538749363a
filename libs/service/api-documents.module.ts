import { Controller, Get, Inject, Module, Req, Res, type DynamicModule } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  asyncApiDocument,
  HailgridError,
  hasStream,
  openApiDocument,
  type ApiName,
  type OpenApiDocument,
  type StreamingApi,
} from '#libs/contracts';
import type { BaseConfig } from './config.ts';
import { PAGE_POLICY, referencePage, startScript } from './reference/reference-page.ts';
import { rendererScript, unpacked } from './reference/renderer-script.ts';
import { CONFIG } from './service-parts.ts';

const API = Symbol('hailgrid.api-documents.api');

/** How long a browser keeps the renderer. Its next version may take this long to show. */
const RENDERER_MAX_AGE_S = 3_600;

@Controller()
class OpenApiController {
  #document: OpenApiDocument | undefined;

  constructor(@Inject(API) private readonly api: ApiName) {}

  @Get('/openapi.json')
  document(): OpenApiDocument {
    this.#document ??= openApiDocument(this.api);
    return this.#document;
  }
}

@Controller()
class AsyncApiController {
  #document: ReturnType<typeof asyncApiDocument> | undefined;

  constructor(@Inject(API) private readonly api: StreamingApi) {}

  @Get('/asyncapi.json')
  document(): ReturnType<typeof asyncApiDocument> {
    this.#document ??= asyncApiDocument(this.api);
    return this.#document;
  }
}

/** The documents as pages for people, unless `HAILGRID_DOCS` is off. Nothing of them comes from elsewhere. */
@Controller()
class ReferenceController {
  constructor(
    @Inject(API) private readonly api: ApiName,
    @Inject(CONFIG) private readonly config: BaseConfig,
  ) {}

  /** In production mode the root answers 404, as every path that no client has any business at. */
  @Get('/')
  async root(@Res() reply: FastifyReply): Promise<void> {
    this.#refuseIfOff();
    if (this.config.mode === 'production') throw new HailgridError('not_found', 'the root of the API');
    await reply.redirect('docs', 302);
  }

  @Get('/docs')
  async page(@Res() reply: FastifyReply): Promise<void> {
    this.#refuseIfOff();
    await reply
      .header('content-security-policy', PAGE_POLICY)
      .type('text/html; charset=utf-8')
      .send(referencePage(this.api));
  }

  @Get('/docs/start.js')
  async start(@Res() reply: FastifyReply): Promise<void> {
    this.#refuseIfOff();
    await reply.type('text/javascript; charset=utf-8').send(startScript(this.api));
  }

  @Get('/docs/scalar.js')
  async renderer(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    this.#refuseIfOff();
    const packed = await rendererScript();
    const takesPacked = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
    void reply
      .header('cache-control', `public, max-age=${RENDERER_MAX_AGE_S}`)
      .header('vary', 'accept-encoding')
      .type('text/javascript; charset=utf-8');
    if (takesPacked) await reply.header('content-encoding', 'gzip').send(packed);
    else await reply.send(await unpacked(packed));
  }

  #refuseIfOff(): void {
    if (!this.config.docs) throw new HailgridError('not_found', 'HAILGRID_DOCS is off');
  }
}

/** Serves `/openapi.json` of an API, `/asyncapi.json` if it has a WebSocket, and `/docs`, which shows both. */
@Module({})
export class ApiDocumentsModule {
  static of(api: ApiName): DynamicModule {
    return {
      module: ApiDocumentsModule,
      controllers: [OpenApiController, ...(hasStream(api) ? [AsyncApiController] : []), ReferenceController],
      providers: [{ provide: API, useValue: api }],
    };
  }
}
