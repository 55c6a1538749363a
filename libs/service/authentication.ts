import {
  createParamDecorator,
  Injectable,
  Module,
  SetMetadata,
  type CanActivate,
  type DynamicModule,
  type ExecutionContext,
} from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { HailgridError, type Role } from '#libs/contracts';
import { TokenVerifier, type Caller, type TokenSettings } from './token-verifier.ts';

const ROLE = 'hailgrid.role';
const callers = new WeakMap<FastifyRequest, Caller>();

/** Restricts a route to callers of this role; a route without it is public (health, metrics, documents). */
export const ForRole = (role: Role): MethodDecorator & ClassDecorator => SetMetadata(ROLE, role);

/** The verified caller of a {@link ForRole} route. */
export const CallerOf = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const caller = callers.get(context.switchToHttp().getRequest<FastifyRequest>());
  if (caller === undefined) throw new HailgridError('unauthenticated', 'the route has no role');
  return caller;
});

@Injectable()
class RoleGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: TokenVerifier,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const role = this.reflector.getAllAndOverride<Role | undefined>(ROLE, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (role === undefined) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const caller = await this.tokens.verify(request.headers.authorization);
    if (caller.role !== role)
      throw new HailgridError('forbidden', `a ${caller.role} token where ${role} is needed`);
    callers.set(request, caller);
    return true;
  }
}

/** Checks the bearer token of every {@link ForRole} route of the process. */
@Module({})
export class AuthenticationModule {
  static of(settings: TokenSettings): DynamicModule {
    return {
      module: AuthenticationModule,
      providers: [
        { provide: TokenVerifier, useFactory: () => new TokenVerifier(settings) },
        { provide: APP_GUARD, useClass: RoleGuard },
      ],
      exports: [TokenVerifier],
    };
  }
}
