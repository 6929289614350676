import { defineConfig } from 'vite';

/** `GATEWAY_URL` points the development server at a running gateway. */
const gateway = process.env['GATEWAY_URL'] ?? 'http://127.0.0.1:4567';

export default defineConfig({
  root: import.meta.dirname,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    // The first with light-dark(), which then stays as it is written.
    target: ['chrome123', 'firefox120', 'safari17.5'],
    // Beside the compiled code that serves it.
    outDir: '../../../dist/services/gateway/src/page/static',
    emptyOutDir: true,
    // Inlined assets would need data: in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // The tracer in a file of its own: its size can be seen, and is tested.
      output: { codeSplitting: { groups: [{ name: 'tracing', test: /\/src\/tracing\// }] } },
    },
  },
  server: { proxy: { '/api': { target: gateway, changeOrigin: true } } },
});
