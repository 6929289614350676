// Run in the place of a service, after its preload: says whether telemetry has started, and what was there before it.
const library = new URL('../../dist/libs/telemetry/src/inspect.js', import.meta.url);
const { isTelemetryStarted } = await import(library.href);
const { loadedBeforePreload } = /** @type {{ loadedBeforePreload?: string[] }} */ (globalThis);
process.stdout.write(`\n${JSON.stringify({ started: isTelemetryStarted(), loadedBeforePreload })}\n`);
process.exit(0);
