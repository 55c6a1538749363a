import { Module } from '@nestjs/common';
import { BusLink } from './bus-link.ts';
import { Attendance } from './attendance.ts';
import { Presences } from './presences.ts';
import { FindLostPushes } from './find-lost-pushes.ts';
import { RereadAfterOutage } from './reread-after-outage.ts';
import { RereadDriver } from './reread-driver.ts';
import { Whereabouts } from './whereabouts.ts';

/** Who is here: the drivers this instance serves, and what it knows of each. */
@Module({
  providers: [BusLink, Presences, Attendance, Whereabouts, RereadDriver, RereadAfterOutage, FindLostPushes],
  exports: [BusLink, Presences, Attendance, Whereabouts],
})
export class PresenceModule {}
