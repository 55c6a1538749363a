import type { Product } from '#libs/contracts';
import type { Tariff } from '#libs/trip';

export interface ProductOffer {
  product: Product;
  name: string;
  seats: number;
  tariff: Tariff;
}

interface Prices {
  baseMinor: number;
  perKmMinor: number;
  perMinMinor: number;
  minimumMinor: number;
}

/** Currencies that there are prices in: an amount in another one would be the same number with a wrong name. */
export const TARIFF_CURRENCIES = ['USD'] as const;

/** Prices in USD. */
const PRODUCTS: Record<Product, { name: string; seats: number; prices: Prices }> = {
  standard: {
    name: 'Standard',
    seats: 4,
    prices: { baseMinor: 250, perKmMinor: 110, perMinMinor: 35, minimumMinor: 600 },
  },
  xl: {
    name: 'XL',
    seats: 6,
    prices: { baseMinor: 400, perKmMinor: 175, perMinMinor: 50, minimumMinor: 900 },
  },
  premium: {
    name: 'Premium',
    seats: 4,
    prices: { baseMinor: 600, perKmMinor: 230, perMinMinor: 65, minimumMinor: 1200 },
  },
};

export function tariffOf(product: Product, currency: string): Tariff {
  return { ...PRODUCTS[product].prices, currency };
}

export function productOffers(currency: string): ProductOffer[] {
  return (Object.keys(PRODUCTS) as Product[]).map((product) => {
    const { name, seats } = PRODUCTS[product];
    return { product, name, seats, tariff: tariffOf(product, currency) };
  });
}
