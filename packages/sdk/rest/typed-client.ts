import { HttpClient, type HttpClientOptions, type HttpRequest } from './http-client.ts';

type Method = 'get' | 'post' | 'delete';

/** The statuses of an answer that has what was asked for. */
type Success = 200 | 201 | 202;

type OperationOf<Paths, P extends keyof Paths, M extends Method> =
  Paths[P] extends Record<M, infer O> ? O : never;

type JsonOf<C> = C extends { content: { 'application/json': infer J } } ? J : never;

type AnswerOf<O> = O extends { responses: infer R } ? JsonOf<R[keyof R & Success]> : never;

type BodyOf<O> = O extends { requestBody?: infer B } ? { body?: JsonOf<NonNullable<B>> } : object;

type ParametersOf<O> = O extends { parameters: { path?: infer P; query?: infer Q } }
  ? { params?: NonNullable<P>; query?: NonNullable<Q> }
  : object;

/** What a request has beside method and path, by the document of the API. */
export type RequestOf<O> = BodyOf<O> &
  ParametersOf<O> &
  Pick<HttpRequest, 'idempotencyKey' | 'isRepeatable' | 'onSend'>;

/** The REST API by the types that were generated from its OpenAPI document. */
export class TypedClient<Paths> {
  readonly #http: HttpClient;

  constructor(options: HttpClientOptions) {
    this.#http = new HttpClient(options);
  }

  /** @throws HailgridProblem */
  async call<P extends keyof Paths & string, M extends Method>(
    method: M,
    path: P,
    request: RequestOf<OperationOf<Paths, P, M>>,
  ): Promise<AnswerOf<OperationOf<Paths, P, M>>> {
    const sent = { ...request, method: method.toUpperCase(), path } as HttpRequest;
    return (await this.#http.send(sent)) as AnswerOf<OperationOf<Paths, P, M>>;
  }
}
