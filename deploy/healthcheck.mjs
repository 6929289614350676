// Status 0 when the service in this container answers /health/live. SERVICE is home-activities, say, and its port then
// HOME_ACTIVITIES_PORT.
const port = process.env[`${process.env.SERVICE.toUpperCase().replaceAll('-', '_')}_PORT`];
const response = await fetch(`http://127.0.0.1:${port}/health/live`, { signal: AbortSignal.timeout(2_000) });
process.exit(response.ok ? 0 : 1);
