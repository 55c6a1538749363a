import { Inject, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { expect, test } from 'vitest';

class Engine {
  readonly sound = 'hum';
}

@Injectable()
class Car {
  readonly byToken: Engine;
  readonly byType: Engine;

  constructor(@Inject(Engine) byToken: Engine, byType: Engine) {
    this.byToken = byToken;
    this.byType = byType;
  }
}

@Module({ providers: [Engine, Car] })
class Garage {}

test('Vitest compiles Nest classes as the build does: parameter decorators and the types they emit', async () => {
  const app = await NestFactory.createApplicationContext(Garage, { logger: false });
  expect(app.get(Car).byToken.sound).toBe('hum');
  expect(app.get(Car).byType).toBe(app.get(Engine));
  await app.close();
});
