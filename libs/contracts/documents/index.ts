export { apiTitle, type ApiName } from './api-info.ts';
export type { JsonSchema } from './schema-components.ts';
export { asyncApiDocument, hasStream, type StreamingApi } from './asyncapi.ts';
export { openApiDocument, type OpenApiDocument } from './openapi.ts';
export { SchemaComponents } from './schema-components.ts';
