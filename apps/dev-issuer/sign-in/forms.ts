import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';

/** Reads the bodies of forms, which no other service does: a page of another site may send them. */
@Injectable()
export class Forms {
  constructor(host: HttpAdapterHost<FastifyAdapter>) {
    host.httpAdapter
      .getInstance()
      .addContentTypeParser(
        'application/x-www-form-urlencoded',
        { parseAs: 'string' },
        (_request, body, done) => done(null, readForm(String(body))),
      );
  }
}

/** The members of a form. A member that is there twice becomes an array, which no schema here takes. */
export function readForm(text: string): Record<string, string | string[]> {
  const parameters = new URLSearchParams(text);
  return Object.fromEntries(
    [...new Set(parameters.keys())].map((name) => {
      const [value = '', ...others] = parameters.getAll(name);
      return [name, others.length === 0 ? value : [value, ...others]];
    }),
  );
}
