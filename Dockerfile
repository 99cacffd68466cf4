# The image: one binary, no shell, no package manager, any user but root.
#   docker build -t headwater .
# With a binary that was built before (for this image's glibc, that of Debian 12) nothing is compiled:
#   cp target/dist/headwater dist/headwater && docker build -t headwater --build-arg BINARY=prebuilt .
# Tags are exact where there are exact ones; deploy/digests writes digests behind them.
ARG BINARY=compiled

FROM rust:1.95.0-bookworm AS compiled
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    cargo build --profile dist --locked --bin headwater && cp target/dist/headwater /headwater

FROM scratch AS prebuilt
COPY dist/headwater /headwater

FROM ${BINARY} AS binary
# An empty folder, to be given away below.
WORKDIR /data

# glibc, CA bundle and time zones.
FROM gcr.io/distroless/cc-debian12:nonroot
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="Headwater" \
      org.opencontainers.image.description="Self-hosted, multi-tenant server for datasource connections" \
      org.opencontainers.image.source="https://github.com/headwater/headwater" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
COPY --from=binary --chmod=755 /headwater /usr/local/bin/headwater
# The folder for the embedded store is the user's own; no VOLUME, which would leave a nameless one behind each container.
COPY --from=binary --chown=65532:65532 /data /data
# By number: Kubernetes' runAsNonRoot takes no name.
USER 65532:65532
WORKDIR /data
ENV HEADWATER_LISTEN=0.0.0.0:3000 \
    HEADWATER_DATA_DIR=/data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s CMD ["/usr/local/bin/headwater", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/headwater"]
CMD ["serve"]
