# The Docker engine: one of our own, or with HEADWATER_TEST_DOCKER=1 the running one, in which containers and volumes called `headwater`
# are then made and removed. Sets `docker` and `compose`. Sourced, never run.
# shellcheck shell=bash
namespace=headwater-image-$$
docker=() compose=()
inside() { "$@"; }

# BuildKit is in the client up to 20.10, and in a plug-in since.
builds() { "$1" buildx version >/dev/null 2>&1 || [ "$("$1" version -f '{{.Client.Version}}' 2>/dev/null | cut -d. -f1)" = 20 ]; }

find_engine() {
    local client
    export DOCKER_BUILDKIT=1
    for client in docker /usr/bin/docker; do
        if type -P "$client" >/dev/null && builds "$client"; then docker=("$client") && break; fi
    done
    [ ${#docker[@]} -gt 0 ] || return 1
    if "${docker[0]}" compose version >/dev/null 2>&1; then compose=("${docker[0]}" compose); else compose=(docker-compose); fi
    type -P "${compose[0]}" >/dev/null || return 1
    if [ -n "${HEADWATER_TEST_DOCKER:-}" ]; then "${docker[@]}" info >/dev/null 2>&1; else own_engine; fi
}

own_engine() {
    [ "$(id -u)" = 0 ] && type -P dockerd >/dev/null && type -P mmdebstrap >/dev/null && type -P ip >/dev/null || return 1
    ip netns add "$namespace"
    ip -n "$namespace" link set lo up
    # `nsenter` and not `ip netns exec`, which hides the cgroups. In a session of its own, so that its end is ours to choose.
    inside() { nsenter --net="/run/netns/$namespace" "$@"; }
    inside setsid dockerd --data-root "$work/docker" --exec-root "$work/run" --pidfile "$work/dockerd.pid" -H "unix://$work/docker.sock" \
        >"$work/dockerd.log" 2>&1 </dev/null &
    export DOCKER_HOST=unix://$work/docker.sock
    for _ in $(seq 150); do "${docker[@]}" info >/dev/null 2>&1 && break; sleep 0.1; done
    "${docker[@]}" info >/dev/null 2>&1 || { tail -n 20 "$work/dockerd.log" >&2; return 1; }
    stand_ins
}

# Images under the names of the real ones, in this engine alone. Their contents are made once.
stand_ins() {
    local base=gcr.io/distroless/cc-debian12:nonroot cache=${HEADWATER_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/headwater-test}
    local library=$cache/image-library.tar servers
    servers=$cache/image-servers-$(cksum <"$here/postgres" | cut -d' ' -f1).tar
    mkdir -p "$cache"
    if [ ! -e "$servers" ]; then
        echo "-- stand-ins for the base images, from Debian's packages"
        mmdebstrap --quiet --variant=extract --include=base-files,libc6,libgcc-s1,tzdata bookworm "$library"
        mmdebstrap --quiet --variant=apt --dpkgopt=force-unsafe-io --include=postgresql,nginx-light \
            --customize-hook="upload $here/postgres /entrypoint" --customize-hook='chmod 755 "$1/entrypoint"' \
            --customize-hook='rm -rf "$1"/usr/share/{doc,man,locale} "$1"/var/cache/apt' bookworm "$servers.new.tar"
        mv "$servers.new.tar" "$servers"
    fi
    "${docker[@]}" import -c 'ENV PATH=/usr/local/bin' "$library" $base >/dev/null
    "${docker[@]}" import -c 'ENTRYPOINT ["/entrypoint"]' "$servers" postgres:17.6-bookworm >/dev/null
    "${docker[@]}" tag postgres:17.6-bookworm servers
    "${docker[@]}" build -q -t nginx:1.28.0 - >/dev/null <<'FILE'
FROM servers
ENTRYPOINT ["nginx", "-g", "daemon off;"]
FILE
}

end_engine() {
    local pid
    if [ -e "$work/dockerd.pid" ]; then
        pid=$(cat "$work/dockerd.pid")
        "${docker[@]}" ps -q | xargs -r "${docker[@]}" rm -f >/dev/null 2>&1 || true
        kill "$pid" 2>/dev/null || true
        for _ in $(seq 300); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
        kill -KILL "$pid" 2>/dev/null || true
    fi
    ip netns del "$namespace" 2>/dev/null || true
}

healthy() { [ "$("${docker[@]}" inspect -f '{{.State.Health.Status}}' "$1")" = healthy ]; }
