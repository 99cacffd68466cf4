# syntax=docker/dockerfile:1
FROM rust:1-bookworm AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    cargo build --profile dist --locked --bin headwater && cp target/dist/headwater /headwater
# A folder that the server's user owns, for the embedded store.
RUN mkdir /data

# glibc, CA bundle and time zones; no shell, no package manager.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /headwater /usr/local/bin/headwater
COPY --from=build --chown=nonroot:nonroot /data /data
USER nonroot
VOLUME /data
WORKDIR /data
ENV HEADWATER_LISTEN=0.0.0.0:3000 \
    HEADWATER_DATA_DIR=/data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s CMD ["/usr/local/bin/headwater", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/headwater"]
CMD ["serve"]
