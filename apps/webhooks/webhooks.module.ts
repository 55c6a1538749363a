import { Module } from '@nestjs/common';
import { BusModule } from '#libs/bus';
import { DeliveryLoop } from './delivery/delivery-loop.ts';
import { Probe } from './delivery/probe.ts';
import { WebhookSender } from './delivery/webhook-sender.ts';
import { EventIntake } from './intake/event-intake.ts';

/** Delivers trip events to webhooks. `trips` stores the deliveries and their progress. */
@Module({ imports: [BusModule.of('webhooks')], providers: [WebhookSender, DeliveryLoop, EventIntake, Probe] })
export class WebhooksModule {}
