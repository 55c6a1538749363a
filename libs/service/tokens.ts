/** Injection tokens of what every process has. */
export const CONFIG = Symbol('hailgrid.config');
export const CLOCK = Symbol('hailgrid.clock');
export const LOGGER = Symbol('hailgrid.logger');
export const METRICS = Symbol('hailgrid.metrics');
export const HEALTH = Symbol('hailgrid.health');
