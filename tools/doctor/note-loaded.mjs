// Preloaded before a service's own preload, to see what is there already: only NODE_OPTIONS comes earlier.
import { createRequire } from 'node:module';

const loaded = Object.keys(createRequire(import.meta.url).cache);
const packages = loaded.flatMap((file) => /.*node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(file)?.[1] ?? []);
Object.assign(globalThis, { loadedBeforePreload: [...new Set(packages)].map((name) => name.replace('\\', '/')) });
