import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { OAuthErrorCode, OAuthRefusal } from '#libs/contracts';

/** A refusal of the token endpoint, which OAuth clients read (RFC 6749, 5.2). */
export class OAuthError extends Error {
  override readonly name = 'OAuthError';
  readonly code: OAuthErrorCode;

  constructor(code: OAuthErrorCode, description: string) {
    super(description);
    this.code = code;
  }
}

@Catch(OAuthError)
export class OAuthErrorFilter implements ExceptionFilter<OAuthError> {
  catch({ code, message }: OAuthError, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const body: OAuthRefusal = { error: code, error_description: message };
    if (code === 'invalid_client') void reply.header('www-authenticate', 'Basic realm="dev-issuer"');
    void reply.status(code === 'invalid_client' ? 401 : 400).send(body);
  }
}
