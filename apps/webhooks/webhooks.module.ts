import { Module } from '@nestjs/common';
import { BusModule } from '#libs/bus';
import { DeliveryLoop } from './delivery/delivery-loop.ts';
import { Probe } from './delivery/probe.ts';
import { WebhookSender } from './delivery/webhook-sender.ts';
import { EventIntake } from './intake/event-intake.ts';

/** Tells addresses outside what happens to trips. What is to be told, and how far it is, is kept by `trips`. */
@Module({ imports: [BusModule], providers: [WebhookSender, DeliveryLoop, EventIntake, Probe] })
export class WebhooksModule {}
