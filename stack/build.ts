/** `npm run build`: compiles apps and libs into dist/ where that is stale. */
import { ensureBuilt } from './build/ensure-built.ts';

console.log((await ensureBuilt()) ? 'built into dist/' : 'dist/ is up to date');
