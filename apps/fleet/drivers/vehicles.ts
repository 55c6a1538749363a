import type { Vehicle } from '#libs/contracts';
import { randomStream } from '../random/random.ts';

const MODELS = [
  ['Toyota', 'Prius'],
  ['Toyota', 'Corolla'],
  ['Renault', 'Zoe'],
  ['Nissan', 'Leaf'],
  ['Skoda', 'Octavia'],
  ['Kia', 'Niro'],
] as const;
const COLORS = ['black', 'white', 'grey', 'blue', 'red', 'green'] as const;
const PLATE_DIGITS = 5;

/** The car of a driver: the same in every run of a seed. */
export function vehicleOf(seed: number, driver: number): Vehicle {
  const random = randomStream(seed, 'vehicle', driver);
  const [make, model] = random.pick(MODELS);
  return {
    plate: `HG-${String(driver).padStart(PLATE_DIGITS, '0')}`,
    make,
    model,
    color: random.pick(COLORS),
  };
}
