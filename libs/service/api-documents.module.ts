import { Controller, Get, Inject, Module, type DynamicModule } from '@nestjs/common';
import {
  asyncApiDocument,
  hasStream,
  openApiDocument,
  type ApiName,
  type OpenApiDocument,
  type StreamingApi,
} from '#libs/contracts';

const API = Symbol('hailgrid.api-documents.api');

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

/** Serves `/openapi.json` of an API, and `/asyncapi.json` if it has a WebSocket. Built on the first request. */
@Module({})
export class ApiDocumentsModule {
  static of(api: ApiName): DynamicModule {
    return {
      module: ApiDocumentsModule,
      controllers: hasStream(api) ? [OpenApiController, AsyncApiController] : [OpenApiController],
      providers: [{ provide: API, useValue: api }],
    };
  }
}
