/** Injection tokens for what has no class at run time. */
export const STORE = Symbol('Store');
export const CONFIG = Symbol('TraceViewerConfig');
