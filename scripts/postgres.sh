# A throw-away PostgreSQL cluster, for the scripts beside this file. Sourced, not run: the script that does so sets `work` to a
# folder of its own and has `clean_up` called at its end.

work=''        # this run's own folder: the cluster and the logs of quiet commands
pg_bin=''      # where initdb and pg_ctl are
pg_user=''     # who runs the cluster, when we are root
pg_running=no

fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

clean_up() {
    local status=$?
    trap - EXIT INT TERM HUP
    if [ "$pg_running" = yes ]; then
        as_pg_user "$pg_bin/pg_ctl" stop -D "$work/cluster" -m immediate -w >/dev/null 2>&1 || true
    fi
    if [ -n "$work" ]; then
        rm -rf -- "$work"
    fi
    exit "$status"
}

# Runs a command silently; shows what it said only when it fails.
quietly() {
    if ! "$@" >"$work/log" 2>&1; then
        cat -- "$work/log" >&2
        return 1
    fi
}

# Installs Debian packages, or says that it cannot.
install_packages() {
    local -a become=()
    command -v apt-get >/dev/null || return 1
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null && sudo -n true 2>/dev/null || return 1
        become=(sudo -n)
    fi
    printf '    installing %s\n' "$*"
    local -a apt=("${become[@]}" env DEBIAN_FRONTEND=noninteractive apt-get)
    local -a install=("${apt[@]}" install -y -q --no-install-recommends "$@")
    "${install[@]}" >"$work/log" 2>&1 && return
    # The lists of packages may be missing or old.
    quietly "${apt[@]}" update -q && quietly "${install[@]}"
}

# --- PostgreSQL -------------------------------------------------------------------------------------------------------

has_postgres() {
    [ -x "$1/initdb" ] && [ -x "$1/pg_ctl" ] && [ -x "$1/postgres" ]
}

find_postgres() {
    local dir
    local -a places=()
    if dir=$(command -v initdb); then
        places+=("$(dirname -- "$(readlink -f -- "$dir")")")
    fi
    if command -v pg_config >/dev/null && dir=$(pg_config --bindir 2>/dev/null); then
        places+=("$dir")
    fi
    # The newest version first.
    while IFS= read -r dir; do
        places+=("$dir")
    done < <(printf '%s\n' /usr/lib/postgresql/*/bin /usr/pgsql-*/bin | sort -rV)
    for dir in "${places[@]}"; do
        if has_postgres "$dir"; then
            pg_bin=$dir
            return
        fi
    done
    return 1
}

# initdb and postgres refuse to work for root.
as_pg_user() {
    if [ -z "$pg_user" ]; then
        (cd -- "$work" && exec "$@")
    elif command -v runuser >/dev/null; then
        (cd -- "$work" && exec runuser -u "$pg_user" -- "$@")
    else
        (cd -- "$work" && exec setpriv --reuid="$pg_user" --regid="$(id -g "$pg_user")" --clear-groups -- "$@")
    fi
}

port_is_taken() {
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# Starts the cluster; each argument is a line of its settings.
start_postgres() {
    if ! find_postgres; then
        install_packages postgresql || true
        find_postgres || fail "PostgreSQL is not on this machine and could not be installed: install it (Debian: apt-get install postgresql) and run this again."
    fi
    if [ "$(id -u)" -eq 0 ]; then
        pg_user=nobody
        if id postgres >/dev/null 2>&1; then
            pg_user=postgres
        fi
        chmod 0711 -- "$work"
    fi
    mkdir -- "$work/cluster"
    chmod 0700 -- "$work/cluster"
    local password
    password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    (umask 077 && printf '%s\n' "$password" >"$work/password")
    if [ -n "$pg_user" ]; then
        chown -- "$pg_user" "$work/cluster" "$work/password"
        as_pg_user test -w cluster || fail "the user $pg_user cannot write in $work: set TMPDIR to a folder that everybody may enter."
    fi
    quietly as_pg_user "$pg_bin/initdb" -D "$work/cluster" -U postgres --pwfile="$work/password" --auth=scram-sha-256 \
        --encoding=UTF8 --locale=C --no-sync || fail "the throw-away PostgreSQL cluster could not be made (what initdb said stands above)."
    rm -f -- "$work/password"
    printf '%s\n' "listen_addresses = '127.0.0.1'" "unix_socket_directories = ''" 'max_connections = 200' "$@" >>"$work/cluster/postgresql.conf"
    # Another run may take a port between our look and our start: then the next one is tried.
    local port tries
    for tries in 1 2 3 4 5 6 7 8 9 10; do
        port=$((15000 + RANDOM % 17000))
        if port_is_taken "$port"; then
            continue
        fi
        pg_running=yes
        if as_pg_user "$pg_bin/pg_ctl" start -D "$work/cluster" -w -t 60 -s -l "$work/cluster/log" -o "-p $port" >/dev/null 2>&1; then
            export CLAWHATCH_TEST_POSTGRES="postgres://postgres:$password@127.0.0.1:$port/postgres"
            printf '    %s on port %s\n' "$("$pg_bin/postgres" --version)" "$port"
            return
        fi
        pg_running=no
    done
    cat -- "$work/cluster/log" >&2 || true
    fail "the throw-away PostgreSQL did not start, in $tries tries (its log stands above)."
}

