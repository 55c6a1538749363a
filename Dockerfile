# syntax=docker/dockerfile:1

# One image for every service. The argument names the service: `docker run hailgrid dist/apps/matcher/main.js`.
#
# Checked by test/compose/ (sources, targets, entry points), but never built: the author had no Docker engine.

ARG NODE_IMAGE=node:24.21.0-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
# The build needs no package's install script.
RUN npm ci --ignore-scripts
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY apps apps
COPY libs libs
COPY packages packages
RUN npx nest build && npx vite build -c apps/console/web/vite.config.ts

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force

FROM ${NODE_IMAGE} AS runtime
ENV NODE_ENV=production
WORKDIR /app
COPY package.json ./
COPY --from=dependencies /app/node_modules node_modules
# The user node, by number: an orchestrator can see that it is not root.
USER 1000:1000

# Applies all migrations and exits.
FROM runtime AS migrate
# With `libs`, so that this image also runs the other commands of `ops`, such as `ops/audit.ts`.
COPY ops ops
COPY libs libs
COPY migrations migrations
ENTRYPOINT ["node", "--conditions=source", "ops/migrate.ts"]

FROM runtime AS service
COPY --from=build /app/dist dist
ENV HAILGRID_HTTP_HOST=0.0.0.0 HAILGRID_HTTP_PORT=8080 HAILGRID_OPS_PORT=9090
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 CMD ["node", "-e", \
  "fetch(`http://127.0.0.1:${process.env.HAILGRID_HTTP_PORT}/health/ready`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--enable-source-maps"]
