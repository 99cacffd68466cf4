# What the scripts of the peers share. Sourced, never run.
# shellcheck shell=bash
# Servers live in sbin, which is not on everybody's path.
export PATH=$PATH:/usr/sbin
peers=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

say() { echo "$*" >&2; }

# Lines of one word in the `needs` of a peer: `needs_of mariadb apt`.
needs_of() {
    [ ! -e "$peers/$1/needs" ] || sed -n "s/^$2 \+//p" "$peers/$1/needs"
}

# The peers of a stage. Those that take long to come belong to one of their own, the others to that without a name.
every_peer() {
    local start peer
    for start in "$peers"/*/start; do
        peer=$(basename "${start%/start}")
        [ "$(needs_of "$peer" stage)" != "${1:-}" ] || echo "$peer"
    done
}

# Servers that refuse root run as their own user, from a folder that everybody may enter.
as() {
    local user=$1
    shift
    if [ "$(id -u)" = 0 ]; then (cd / && runuser -u "$user" -- "$@"); else "$@"; fi
}

own() {
    local user=$1
    shift
    if [ "$(id -u)" = 0 ]; then chown -R "$user" "$@"; fi
}

# A port that nobody listens on and that no other peer of this folder has: peers start side by side.
free_port() {
    local port
    mkdir -p "$HEADWATER_PEERS/ports"
    while :; do
        port=$((20000 + RANDOM % 12000))
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && mkdir "$HEADWATER_PEERS/ports/$port" 2>/dev/null; then
            echo "$port"
            return
        fi
    done
}

# Waits until a command succeeds; shows a log if it never does.
wait_for() {
    local shown=$1
    shift
    for _ in $(seq 600); do
        "$@" >/dev/null 2>&1 && return
        sleep 0.1
    done
    tail -n 20 "$shown" >&2
    return 1
}

listens() { bash -c "exec 3<>/dev/tcp/127.0.0.1/$1" 2>/dev/null; }

# The certificate of the peers, for a server that runs as another user.
take_certificate() {
    local user=$1 folder=$2 certificate=${3:-server.pem}
    cp "$HEADWATER_PEERS"/tls/{server.key,ca.pem,"$certificate"} "$folder/"
    own "$user" "$folder"
    chmod 600 "$folder/server.key"
}

# A server written in Python: `start_python FOLDER PORT SET ARGUMENTS`, SET being the peer whose packages it has.
start_python() {
    local folder=$1 port=$2 python
    python=$("$peers/python" "$3")
    shift 3
    (cd "$folder" && HOME=$folder exec setsid "$python" "$@" >"$folder/log" 2>&1 </dev/null) &
    echo $! >"$folder/pid"
    wait_for "$folder/log" listens "$port"
}

# nginx in front of a server that has no TLS: `start_nginx FOLDER`, the `server` blocks on standard input.
start_nginx() {
    local folder=$1
    {
        echo "worker_processes 1; pid $folder/pid; error_log $folder/log; events {}"
        echo "http { access_log off; proxy_buffering off; client_body_temp_path $folder/b; proxy_temp_path $folder/p;"
        echo "fastcgi_temp_path $folder/f; uwsgi_temp_path $folder/u; scgi_temp_path $folder/s;"
        echo "ssl_certificate $HEADWATER_PEERS/tls/server.pem; ssl_certificate_key $HEADWATER_PEERS/tls/server.key;"
        cat
        echo "}"
    } >"$folder/config"
    "$(type -P nginx)" -c "$folder/config"
}

# The JDK of the servers in Java: 17, or else 21.
java_home() {
    local version found
    for version in 17 21; do
        for found in /usr/lib/jvm/*-"$version"-*; do
            [ ! -x "$found/bin/javac" ] || { echo "$found"; return; }
        done
    done
    say "no JDK 17 or 21 in /usr/lib/jvm"
    return 1
}

# A server in Java: `start_java FOLDER PORT CLASSPATH ARGUMENTS`, the last being of `java`.
start_java() {
    local folder=$1 port=$2 classes=$3
    shift 3
    # One heap, one compiler, no more threads for the collector than needed: what is asked of a server here is little.
    (cd "$folder" && HOME=$folder exec setsid "$(java_home)/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto \
        -Djava.io.tmpdir="$folder" -cp "$classes" "$@" >"$folder/log" 2>&1 </dev/null) &
    echo $! >"$folder/pid"
    # A JVM that gives up at once is not waited for.
    until listens "$port"; do
        kill -0 "$(cat "$folder/pid")" 2>/dev/null || { tail -n 20 "$folder/log" >&2; return 1; }
        sleep 0.1
    done
}
