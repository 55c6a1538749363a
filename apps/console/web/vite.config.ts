import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Builds the page into `dist/web` of the checkout, or where `--outDir` says. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  resolve: { conditions: ['source', 'browser', 'module', 'import', 'default'] },
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
