# Build: docker build -t illumio-chatops .
# Run:   docker run -v chatops-data:/data -v ./config:/config:ro --env-file secrets.env illumio-chatops
FROM node:20-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# The sources aren't here yet: the build is a step of its own, so that a change of a file doesn't fetch the packages anew.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src src
COPY tools/bundle.js tools/
RUN npm run -s build && npm prune --omit=dev --ignore-scripts
# What is in the image, for who has to know: CycloneDX, and the licences as a list.
COPY tools/sbom.js tools/
RUN node tools/sbom.js sbom > sbom.cdx.json && node tools/sbom.js licences > LICENCES.txt

FROM node:20-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY assets assets
COPY --from=build /app/sbom.cdx.json /app/LICENCES.txt ./
COPY package.json config.example.yml config.schema.json LICENSE NOTICE ./
RUN mkdir /data && chown node:node /data
USER node
# Cursors, alerts, deliveries, quarantines and the audit record: losing it loses what was promised.
VOLUME /data
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
  CMD ["node", "dist/main.js", "status", "--data", "/data"]
# Without a shell in between, so that SIGTERM reaches the bot and it stops in order.
# One background thread for V8: more of them take the processor from the event loop (docs/performance.md).
ENTRYPOINT ["node", "--v8-pool-size=1", "dist/main.js"]
CMD ["start", "--config", "/config/config.yml", "--data", "/data"]
