import { Module } from '@nestjs/common';
import { PresenceModule } from '../presence/presence.module.ts';
import { AnswerOffer } from './answer-offer.ts';
import { OffersController } from './offers.controller.ts';

/** Answers to offers. */
@Module({
  imports: [PresenceModule],
  controllers: [OffersController],
  providers: [AnswerOffer],
  exports: [AnswerOffer],
})
export class OffersModule {}
