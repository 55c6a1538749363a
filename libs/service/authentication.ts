import {
  createParamDecorator,
  Inject,
  Injectable,
  Module,
  SetMetadata,
  type CanActivate,
  type DynamicModule,
  type ExecutionContext,
  type FactoryProvider,
} from '@nestjs/common';
import { APP_GUARD, HttpAdapterHost, Reflector } from '@nestjs/core';
import { RouteConfig, type FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HailgridError, type Role } from '#libs/contracts';
import type { BaseConfig } from './config.ts';
import { CALL_LIMITS, type CallLimits } from './edge/call-limits.ts';
import { limitCaller } from './edge/limit-calls.ts';
import type { Logger } from './logger.ts';
import { LOGGER } from './service-parts.ts';
import { Callers, type Caller, type Identities } from './tokens/callers.ts';
import { onBehalfOf } from './tokens/present-caller.ts';
import { requireScope } from './tokens/require-scope.ts';
import type { TokenSettings } from './tokens/token-config.ts';
import { TokenVerifier, type AccessToken } from './tokens/token-verifier.ts';

const ROLE = 'hailgrid.role';
const IDENTITIES = Symbol('hailgrid.identities');
const callers = new WeakMap<FastifyRequest, Caller>();
/** Restricts a route to callers of this role; a route without it is public (health, metrics, documents). */
export function ForRole(role: Role): MethodDecorator & ClassDecorator {
  return (target: object, key?: string | symbol, descriptor?: PropertyDescriptor) => {
    if (key !== undefined && descriptor !== undefined) {
      markRoute(role, target, key, descriptor);
      return;
    }
    // Fastify knows routes only, so that a controller's role is that of each of its methods.
    const prototype = (target as { prototype: object }).prototype;
    for (const [name, method] of Object.entries(Object.getOwnPropertyDescriptors(prototype)))
      if (
        name !== 'constructor' &&
        typeof method.value === 'function' &&
        !Reflect.hasMetadata(ROLE, method.value as object)
      )
        markRoute(role, prototype, name, method);
  };
}

/** Tells the guard, and Fastify's hooks, which role a route is for. */
function markRoute(role: Role, target: object, key: string | symbol, method: PropertyDescriptor): void {
  SetMetadata(ROLE, role)(target, key, method);
  RouteConfig({ role })(target, key, method);
}

/** The verified caller of a {@link ForRole} route. */
export const CallerOf = createParamDecorator((_: unknown, context: ExecutionContext): Caller =>
  callerIn(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** Who asks, and in which request: what an audit keeps. */
export interface Asker extends Pick<Caller, 'role' | 'id' | 'issuer' | 'subject' | 'scopes'> {
  readonly requestId: string;
}

/** The verified caller of a {@link ForRole} route, with the request. */
export const AskerOf = createParamDecorator((_: unknown, context: ExecutionContext): Asker => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const { role, id, issuer, subject, scopes } = callerIn(request);
  return { role, id, issuer, subject, scopes, requestId: request.id };
});

function callerIn(request: FastifyRequest): Caller {
  const caller = callers.get(request);
  if (caller === undefined) throw new HailgridError('unauthenticated', 'the route has no role');
  return caller;
}

/**
 * Verifies the token of every {@link ForRole} route in `onRequest`: who has none is answered before the body is read.
 */
@Injectable()
class Authentication {
  constructor(
    private readonly tokens: TokenVerifier,
    private readonly people: Callers,
    @Inject(CALL_LIMITS) private readonly limits: CallLimits,
    @Inject(LOGGER) private readonly logger: Logger,
    host: HttpAdapterHost<FastifyAdapter>,
  ) {
    const server = host.httpAdapter.getInstance();
    server.addHook('onRequest', (request, reply) => this.#admit(request, reply));
    // After the body is read, whose stream has a context of its own.
    server.addHook('preHandler', (request, _, done) => {
      const caller = callers.get(request);
      if (caller === undefined) done();
      else onBehalfOf(caller, done);
    });
  }

  async #admit(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { role } = request.routeOptions.config as { role?: Role };
    if (role === undefined) return;
    try {
      const token = await this.#verify(request);
      await limitCaller(this.limits, token.subject, request, reply);
      const caller = await this.people.of(token, role);
      requireScope(caller, request);
      callers.set(request, caller);
    } catch (error) {
      this.#noteRefusal(error, request);
      throw error;
    }
  }

  async #verify(request: FastifyRequest): Promise<AccessToken> {
    try {
      return await this.tokens.verify(request.headers.authorization);
    } catch (error) {
      if (error instanceof HailgridError && error.status === 401) await this.limits.refused(request.ip);
      throw error;
    }
  }

  /** The log says why a token is refused, for those who set up a provider; the answer does not. */
  #noteRefusal(error: unknown, request: FastifyRequest): void {
    if (!(error instanceof HailgridError) || (error.status !== 401 && error.status !== 403)) return;
    if (request.headers.authorization === undefined) return;
    const { id: request_id, routeOptions } = request;
    const line = { event: 'token_refused', code: error.code, request_id, path: routeOptions.url };
    this.logger.info(line, error.message);
  }
}

/** Refuses a {@link ForRole} route whose caller was not verified, however that came about. */
@Injectable()
class RoleGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return true;
    const role = this.reflector.getAllAndOverride<Role | undefined>(ROLE, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (role === undefined) return true;
    if (callers.get(context.switchToHttp().getRequest<FastifyRequest>())?.role === role) return true;
    throw new HailgridError('unauthenticated', 'the caller was not verified');
  }
}

/** How an app finds the identities of people. */
export type IdentitiesFactory = Pick<FactoryProvider<Identities>, 'inject' | 'useFactory'>;

/** Checks the bearer token of every {@link ForRole} route of the process. */
@Module({})
export class AuthenticationModule {
  static of(
    settings: TokenSettings & Pick<BaseConfig, 'mode'>,
    identities: IdentitiesFactory,
    imports: DynamicModule['imports'] = [],
  ): DynamicModule {
    const subjectIsId = settings.jwtSubjectIsId ?? settings.mode === 'development';
    return {
      module: AuthenticationModule,
      imports,
      providers: [
        { provide: TokenVerifier, useFactory: () => new TokenVerifier(settings) },
        { provide: IDENTITIES, ...identities },
        {
          provide: Callers,
          inject: [IDENTITIES],
          useFactory: ({ lookUp }: Identities) => new Callers(lookUp, { subjectIsId }),
        },
        Authentication,
        { provide: APP_GUARD, useClass: RoleGuard },
      ],
      exports: [TokenVerifier, Callers],
    };
  }
}
