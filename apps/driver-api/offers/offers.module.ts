import { Module } from '@nestjs/common';
import { TripsModule } from '../trips/trips.module.ts';
import { AnswerOffer } from './answer-offer.ts';
import { OffersController } from './offers.controller.ts';

/** Answers to offers. */
@Module({
  imports: [TripsModule],
  controllers: [OffersController],
  providers: [AnswerOffer],
  exports: [AnswerOffer],
})
export class OffersModule {}
