export * from './bounding-box.ts';
export * from './cell-disks.ts';
export * from './cell-key.ts';
export * from './eta.ts';
export * from './great-circle-eta.ts';
export * from './point.ts';
export * from './polyline.ts';
