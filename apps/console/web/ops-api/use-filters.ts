import { useSearchParams } from 'wouter';

/** The filters of a list, kept in the address: a list can be passed on, and "back" goes to the one before. */
export function useFilters<N extends string>(
  names: readonly N[],
): {
  filters: Readonly<Partial<Record<N, string>>>;
  setFilter: (name: N, value: string) => void;
  href: (name: N, value: string) => string;
} {
  const [params, setParams] = useSearchParams();
  const filters = Object.fromEntries(
    names.flatMap((name) => {
      const value = params.get(name);
      return value === null || value === '' ? [] : [[name, value]];
    }),
  ) as Partial<Record<N, string>>;
  const changed = (before: URLSearchParams, name: N, value: string): URLSearchParams => {
    const next = new URLSearchParams(before);
    // Another filter is another list: it begins at its first page.
    next.delete('cursor');
    if (value === '') next.delete(name);
    else next.set(name, value);
    return next;
  };
  return {
    filters,
    setFilter: (name, value) => setParams((before) => changed(before, name, value)),
    href: (name, value) => `?${changed(params, name, value).toString()}`,
  };
}
