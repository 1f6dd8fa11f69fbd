# syntax=docker/dockerfile:1
# One image for every role. Sources are compiled in the first stage; the second holds production alone.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /build
ENV npm_config_update_notifier=false npm_config_fund=false npm_config_audit=false
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/build.ts scripts/
COPY src src
RUN npm run build
RUN npm ci --ignore-scripts --omit=dev

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="machtig" \
      org.opencontainers.image.licenses="EUPL-1.2"
ENV NODE_ENV=production \
    MACHTIG_RECORDS_FILE=/var/lib/machtig/decisions.jsonl
WORKDIR /opt/machtig
RUN mkdir -p /var/lib/machtig /run/machtig \
 && chown 1000:1000 /var/lib/machtig /run/machtig \
 && ln -s /opt/machtig/bin/machtig.js /usr/local/bin/machtig
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist dist
COPY package.json LICENSE ./
COPY bin bin
COPY bundles bundles
USER 1000:1000
# Records, one file a container, and the socket that is shared with the application beside it.
VOLUME ["/var/lib/machtig", "/run/machtig"]
EXPOSE 8181 8282 8383
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.MACHTIG_OPS_PORT || 8383) + '/livez').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["machtig"]
CMD ["--help"]
