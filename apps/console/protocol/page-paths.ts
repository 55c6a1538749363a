/** The addresses of the page, as a server's router writes them. */
export const PAGE_PATHS = [
  '/',
  '/shards',
  '/trips',
  '/trips/:id',
  '/drivers',
  '/drivers/:id',
  '/attention',
  '/numbers',
  '/break',
  '/rider',
  '/driver',
  '/sign-in',
] as const;
