# One image per service: docker build --build-arg SERVICE=gateway -t cruddur/gateway .
# Everything but the last few layers is the same for all services, and so built and stored once.

FROM node:24-slim AS base
WORKDIR /app
# Changes more seldom than the sources: the installations below stay cached until it does.
COPY package.json package-lock.json .npmrc ./

FROM base AS build
# No install scripts: one of them would fetch the Node that stands in for an old one on a developer's machine.
# Optional packages too: the bundler of the page is one, in a package per platform.
RUN npm ci --ignore-scripts
COPY nest-cli.json tsconfig.json ./
COPY libs libs
COPY services services
RUN node node_modules/@nestjs/cli/bin/nest.js build --all && \
    node node_modules/vite/bin/vite.js build services/gateway/page --logLevel warn

FROM base AS dependencies
# Type declarations and source maps of packages are nearly half their size, and nothing reads them at run time.
RUN npm ci --omit=dev --omit=optional --ignore-scripts && \
    find node_modules -type f \( -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.map' \) -delete

FROM node:24-slim
ARG SERVICE
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    GATEWAY_PORT=4567 \
    HOME_ACTIVITIES_PORT=4568 \
    EVENTS_PORT=4571 \
    USER_ACTIVITIES_PORT=4569
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY package.json deploy/healthcheck.mjs ./
COPY --from=build /app/dist/libs dist/libs
COPY --from=build /app/dist/services/${SERVICE}/src dist/services/${SERVICE}/src
ENV SERVICE=${SERVICE}
# Here, because the exec form expands no variable, and a shell in between would keep SIGTERM to itself.
WORKDIR /app/dist/services/${SERVICE}/src
# node, as a number: an orchestrator cannot tell from a name whether it is root.
USER 1000:1000
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 CMD ["node", "/app/healthcheck.mjs"]
CMD ["node", "--import", "./telemetry.js", "main.js"]
