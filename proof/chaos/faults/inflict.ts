import { killDriverApi, killRiderApi } from './api-faults.ts';
import type { FaultContext, FaultTrace } from './fault-context.ts';
import type { FaultKind } from './fault-kinds.ts';
import { cutMatcher, freezeMatcher, killMatcher, rollMatchers, terminateMatcher } from './matcher-faults.ts';
import {
  cutReplication,
  fillDiskOfPrimary,
  freezePrimary,
  killPrimary,
  killPrimaryAfterCrash,
  killPrimaryWithCommitsWaiting,
  killPrimaryWithLinesCut,
  killPrimaryWithStandbyBehind,
  killStandby,
  lagStandby,
} from './postgres-faults.ts';
import { killRelay } from './relay-fault.ts';
import { lieOnBus } from './lie-fault.ts';
import { vanishDrivers, vanishRiders } from './phone-faults.ts';
import { drainMatcher, freezeTrips, killAllNats, killNatsNode, killTrips } from './other-faults.ts';

const INFLICTIONS: Readonly<Record<FaultKind, (context: FaultContext) => Promise<FaultTrace>>> = {
  'kill9:matcher': killMatcher,
  'freeze:matcher': freezeMatcher,
  'term:matcher': terminateMatcher,
  'rolling:matchers': rollMatchers,
  'cut:matcher': cutMatcher,
  'drain:matcher': drainMatcher,
  'kill9:trips': killTrips,
  'kill9:relay': killRelay,
  'freeze:trips': freezeTrips,
  'kill9:rider-api': killRiderApi,
  'kill9:driver-api': killDriverApi,
  'nats-node': killNatsNode,
  'nats-all': killAllNats,
  'kill9:primary': killPrimary,
  'kill9:primary-waiting': killPrimaryWithCommitsWaiting,
  'kill9:primary-cut': killPrimaryWithLinesCut,
  'kill9:primary-lag': killPrimaryWithStandbyBehind,
  'kill9:primary-crashed': killPrimaryAfterCrash,
  'freeze:primary': freezePrimary,
  'disk-full:primary': fillDiskOfPrimary,
  'kill9:standby': killStandby,
  'lag:standby': lagStandby,
  'cut:replication': cutReplication,
  'vanish:driver': vanishDrivers,
  'vanish:rider': vanishRiders,
  'lie:bus': lieOnBus,
};

/** Injects the fault, ends it after its duration, and waits for the recovery. */
export function inflict(context: FaultContext): Promise<FaultTrace> {
  return INFLICTIONS[context.planned.kind](context);
}
