import { defineConfig } from 'vite';

/** `TRACE_VIEWER_URL` points the development server at a running trace-viewer. */
const viewer = process.env['TRACE_VIEWER_URL'] ?? 'http://127.0.0.1:4318';

export default defineConfig({
  root: import.meta.dirname,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    // The first with light-dark(), which then stays as it is written.
    target: ['chrome123', 'firefox120', 'safari17.5'],
    outDir: 'dist',
    emptyOutDir: true,
    // Inlined assets would need data: in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': { target: viewer, changeOrigin: true } } },
});
