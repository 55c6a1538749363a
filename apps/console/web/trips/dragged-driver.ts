/** The type of what is dragged: the id of a driver, to be dropped on a trip. */
export const DRAGGED_DRIVER = 'application/x-hailgrid-driver';
