# The worker's image: everything that a deployment needs, so that the host needs Docker alone.
#
# The Temporal SDK has no build for musl: Debian, not Alpine. Both builders make it, the classic one too (Engine 20.10).
# Build it with: docker build --tag birdkeeper/birdkeeper:0.1.0 .

ARG NODE_IMAGE=node:24.21.0-bookworm-slim
ARG DOCKER_IMAGE=docker:28.5.2-cli
ARG TEMPORAL_IMAGE=temporalio/temporal:1.5.1

FROM ${DOCKER_IMAGE} AS docker

# The embedded server, for who has no server of their own.
FROM ${TEMPORAL_IMAGE} AS temporal

FROM ${NODE_IMAGE} AS build
WORKDIR /usr/local/lib/birdkeeper
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY bin bin
COPY workflows workflows
COPY activities activities
COPY worker worker
COPY client client
RUN node scripts/build.mjs \
  && npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
  # Native files of other platforms, sources of native code, and the compiler that makes the workflow bundle: it is made.
  && find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 ! -name "$(uname -m)-unknown-linux-gnu" -exec rm -r {} + \
  && rm -rf node_modules/@temporalio/core-bridge/sdk-core node_modules/@swc/core-* \
  && find node_modules dist -name '*.map' -type f -delete

FROM ${NODE_IMAGE}
# restic, rsync, logrotate: jobs. gettext-base, curl: what hooks of components call. gpg: signed commits.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends \
    acl ca-certificates curl gettext-base git gpg gpg-agent logrotate openssh-client restic rsync sqlite3 unzip \
  && rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/* /var/log/*
COPY --from=docker /usr/local/bin/docker /usr/local/bin/docker
COPY --from=docker /usr/local/libexec/docker/cli-plugins/docker-compose /usr/local/libexec/docker/cli-plugins/docker-compose
COPY --from=temporal /usr/local/bin/temporal /usr/local/bin/temporal
WORKDIR /usr/local/lib/birdkeeper
COPY LICENSE CHANGELOG.md ./
COPY docs docs
COPY container container
COPY --from=build /usr/local/lib/birdkeeper/package.json package.json
COPY --from=build /usr/local/lib/birdkeeper/node_modules node_modules
COPY --from=build /usr/local/lib/birdkeeper/dist dist
RUN ln -s /usr/local/lib/birdkeeper/dist/bin/birdkeeper.js /usr/local/bin/birdkeeper && chmod 755 dist/bin/*.js container/entry

ENV NODE_ENV=production BIRDKEEPER_TEMPORAL_CLI=/usr/local/bin/temporal
# The worker says whether it polls; a process that merely lives is not healthy.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 CMD ["node", "/usr/local/lib/birdkeeper/dist/bin/healthy.js"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/lib/birdkeeper/container/entry", "birdkeeper"]
CMD ["--help"]
