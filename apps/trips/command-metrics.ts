import { Inject, Injectable } from '@nestjs/common';
import { followCommandPlaces } from '#libs/bus';
import { METRICS, type Metrics } from '#libs/service';

/** Shows how full the places of this process are. */
@Injectable()
export class CommandMetrics {
  constructor(@Inject(METRICS) metrics: Metrics) {
    followCommandPlaces(metrics);
  }
}
