import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** A running console, which `vite` as a development server of the page passes calls on to. */
const consoleUrl = process.env['HAILGRID_CONSOLE_URL'];

/** Builds the page into `dist/web` of the checkout, or where `--outDir` says. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  resolve: { conditions: ['source', 'browser', 'module', 'import', 'default'] },
  ...(consoleUrl !== undefined && {
    server: { proxy: { '/v1': { target: consoleUrl, ws: true }, '/auth': consoleUrl } },
  }),
  worker: { format: 'es' },
  build: {
    outDir: '../../../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    // The policy of the page allows no inline data but images.
    assetsInlineLimit: 0,
    sourcemap: false,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1_200,
  },
});
