import { Controller, Get, Inject } from '@nestjs/common';
import { CONFIG } from '#libs/service';
import type { ConsoleConfig } from '../config.ts';
import type { PageSettings } from '../protocol/settings.ts';

@Controller()
export class SettingsController {
  constructor(@Inject(CONFIG) private readonly config: ConsoleConfig) {}

  @Get('/v1/console/settings')
  settings(): PageSettings {
    const { mode, serviceArea: area, clockSpeed, clockOriginMs } = this.config;
    return {
      mode,
      area,
      rider_api_url: this.config.riderApiUrl ?? null,
      driver_api_url: this.config.driverApiUrl ?? null,
      tile_url: this.config.tileUrl ?? null,
      has_streets: this.config.streetsDir !== undefined,
      can_break: this.config.cityControlUrl !== undefined,
      clock_speed: clockSpeed,
      clock_origin_ms: clockOriginMs,
    };
  }
}
