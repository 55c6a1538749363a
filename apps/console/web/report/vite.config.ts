import { defineConfig } from 'vite';

/** Builds the script and the style of the report of a run, which `npm start -- --report` writes into its one file. */
export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: '../../../../dist/report',
    emptyOutDir: true,
    target: 'es2022',
    cssCodeSplit: false,
    reportCompressedSize: false,
    rolldownOptions: {
      input: 'report.ts',
      // No module: a browser refuses those in a file that it opens from a disk.
      output: { format: 'iife', entryFileNames: 'report.js', assetFileNames: 'report.[ext]' },
    },
  },
});
