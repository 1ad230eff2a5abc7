# Lodestone as an image: docker build -t lodestone .
# See docs/docker.md.

FROM node:26-slim AS build
WORKDIR /opt/lodestone
COPY package.json package-lock.json ./
# No install scripts: isolated-vm and esbuild bring binaries for Linux on x64 and arm64.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
 && rm -rf node_modules/isolated-vm/prebuilds/darwin-* node_modules/isolated-vm/prebuilds/win32-*
COPY LICENSE ./
COPY core core
COPY plugins plugins
# Starts once: an image in which it cannot is not built, and what Node has compiled meanwhile stays as a cache, because
# the container cannot write one. 124 is the exit code of timeout when it had to end a program.
ENV NODE_COMPILE_CACHE=/opt/lodestone/.cache
RUN echo 'export default () => 204;' > /tmp/site.ts \
 && { timeout --signal=TERM 5 node core/cli/lodestone.js serve /tmp/site.ts --workers 1 || test $? = 124; }

FROM node:26-slim
COPY --from=build /opt/lodestone /opt/lodestone
ENV NODE_COMPILE_CACHE=/opt/lodestone/.cache \
    LODESTONE_LISTEN=:8080
# The user "node" of the base image, as a number so that Kubernetes can tell that it is not root.
USER 1000:1000
# Scripts and configuration are mounted or copied here. Nothing has to be writable.
WORKDIR /site
EXPOSE 8080
STOPSIGNAL SIGTERM
# Healthy is a proxy that answers on the first address it listens on, whatever it answers. The image has no curl.
HEALTHCHECK --interval=30s --timeout=3s --start-period=5s CMD ["node", "-e", "\
const first = process.env.LODESTONE_LISTEN.split(',')[0], colon = first.lastIndexOf(':'), host = first.slice(0, colon); \
const to = first.startsWith('unix:') ? { socketPath: first.slice(5) } \
  : { host: ['', '*', '0.0.0.0', '[::]'].includes(host) ? '127.0.0.1' : host.replace(/[[\\]]/g, ''), port: first.slice(colon + 1) }; \
require('node:http').get(to, () => process.exit(0)).on('error', () => process.exit(1))"]
ENTRYPOINT ["node", "/opt/lodestone/core/cli/lodestone.js"]
CMD ["serve"]
