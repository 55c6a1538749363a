import { DEFAULT_ENGINE_PARAMS, type EngineParams } from '#libs/dispatch';

/** How a matcher chooses drivers. */
export type Policy =
  | {
      readonly name: string;
      readonly kind: 'greedy';
      /** The nearest driver by straight line or by told drive time. */
      readonly by: 'air' | 'road';
      /** Where riders outnumber free drivers, each driver takes its nearest rider. */
      readonly driversChoose: boolean;
    }
  | {
      readonly name: string;
      readonly kind: 'engine';
      /** Drivers on the way to a pickup may be swapped. */
      readonly rematches: boolean;
      /** Idle drivers are sent where riders are expected: by the learned forecast, or by the true future requests. */
      readonly moves: 'none' | 'learned' | 'foreseen';
      readonly params: EngineParams;
    };

const PRICELESS: EngineParams = {
  ...DEFAULT_ENGINE_PARAMS,
  price: { ...DEFAULT_ENGINE_PARAMS.price, maxPrice: 0 },
};
const CHAINLESS: EngineParams = { ...PRICELESS, chainHorizonS: 0 };

/** In the order of the report. */
export const POLICIES: readonly Policy[] = [
  { name: 'greedy_air', kind: 'greedy', by: 'air', driversChoose: false },
  { name: 'greedy_road', kind: 'greedy', by: 'road', driversChoose: false },
  { name: 'greedy_dsb', kind: 'greedy', by: 'road', driversChoose: true },
  { name: 'batch', kind: 'engine', rematches: false, moves: 'none', params: CHAINLESS },
  { name: 'rematch', kind: 'engine', rematches: true, moves: 'none', params: CHAINLESS },
  { name: 'hints', kind: 'engine', rematches: true, moves: 'learned', params: CHAINLESS },
  {
    name: 'chains',
    kind: 'engine',
    rematches: true,
    moves: 'learned',
    params: PRICELESS,
  },
  {
    name: 'engine',
    kind: 'engine',
    rematches: true,
    moves: 'learned',
    params: DEFAULT_ENGINE_PARAMS,
  },
  {
    name: 'known_requests',
    kind: 'engine',
    rematches: true,
    moves: 'foreseen',
    params: DEFAULT_ENGINE_PARAMS,
  },
];

/** Aliases. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  greedy: 'greedy_road',
  greedy_by_air: 'greedy_air',
  greedy_nearest_by_air: 'greedy_air',
  greedy_by_road: 'greedy_road',
  batch_only: 'batch',
  full: 'engine',
  full_engine: 'engine',
  foresight: 'known_requests',
  perfect_foresight: 'known_requests',
};

export function policyNamed(name: string): Policy {
  const plain = name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');
  const policy = POLICIES.find((one) => one.name === (OTHER_NAMES[plain] ?? plain));
  if (policy === undefined)
    throw new RangeError(`unknown policy ${name}; choose from ${POLICIES.map((one) => one.name).join(', ')}`);
  return policy;
}
