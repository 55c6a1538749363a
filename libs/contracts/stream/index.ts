export * from './driver.ts';
export * from './frame.ts';
export * from './operator.ts';
export * from './rider.ts';
