# A PostgreSQL server with TLS, for the source and for the metadata: `start_postgres FOLDER PORT [CERTIFICATE]`. Sourced, never run.
# shellcheck shell=bash
start_postgres() {
    local folder=$1 port=$2 certificate=${3:-server.pem} bin
    bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
    echo pw >"$folder/password"
    take_certificate postgres "$folder" "$certificate"
    as postgres "$bin/initdb" -D "$folder/data" -U postgres -A scram-sha-256 --pwfile "$folder/password" -E UTF8 --locale C.UTF-8 >&2
    sed -i '1i hostssl all certuser 127.0.0.1/32 cert' "$folder/data/pg_hba.conf"
    # On TERM it would wait for its clients.
    echo INT >"$folder/signal"
    as postgres "$bin/pg_ctl" -D "$folder/data" -w -t 60 -l "$folder/log" \
        -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$folder -c fsync=off -c max_connections=300 -c ssl=on \
            -c ssl_cert_file=$folder/$certificate -c ssl_key_file=$folder/server.key -c ssl_ca_file=$folder/ca.pem" start >&2
    ln -s data/postmaster.pid "$folder/pid"
}
