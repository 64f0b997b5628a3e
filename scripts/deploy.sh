#!/usr/bin/env bash
# Looks at what deploy/ holds with the programs it is for: systemd's own rating of the units, nginx, Caddy, Compose, bash.
# What is missing is fetched with apt-get and used from a folder of this run, so that no server is started by being
# installed; what can neither be found nor fetched is named, and what needs it is not looked at.
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
cd -- "$root"
# shellcheck source=scripts/postgres.sh
. scripts/postgres.sh

trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
work=$(mktemp -d "${TMPDIR:-/tmp}/clawhatch-deploy.XXXXXXXX")

# Whether there is a program that a package brings, wherever it was put, and it starts: said with what it is asked.
have() {
    local program=$1 package=$2 asked=$3
    case $PATH in *:/usr/sbin*) ;; *) PATH=$PATH:/usr/sbin:/sbin ;; esac
    command -v "$program" >/dev/null || fetch "$package" || true
    "$program" "$asked" >/dev/null 2>&1 && return
    printf '    not looked at: %s does not run on this machine and could not be fetched (apt-get install %s)\n' "$program" "$package"
    return 1
}

fetch() {
    mkdir -p "$work/packages"
    (
        cd -- "$work/packages"
        chmod 0777 .
        # The lists of packages may be missing or old.
        quietly apt-get download -q "$1" || { quietly apt-get update -q && quietly apt-get download -q "$1"; }
    ) || return 1
    dpkg -x "$work/packages/$1"_*.deb "$work/unpacked"
    PATH=$PATH:$work/unpacked/usr/sbin:$work/unpacked/usr/bin:$work/unpacked/bin
}

# A unit's exposure, in tenths, and everything else systemd has to say of it.
unit() {
    local name=$1 most=$2 said
    said=$(systemd-analyze security --offline=true --no-pager --threshold="$most" "deploy/$name.service" 2>"$work/said") ||
        fail "$name.service is exposed more than it may be ($most of 100): $(tail -n 1 <<<"$said") $(cat -- "$work/said")"
    # The program is not installed on the machine that looks; everything else must be well.
    sed "s|^ExecStart=[^ ]*|ExecStart=/bin/true|" "deploy/$name.service" >"$work/$name.service"
    systemd-analyze verify --man=no "$work/$name.service" >"$work/said" 2>&1 || fail "$name.service: $(cat -- "$work/said")"
    ! grep -F "$name.service" "$work/said" || fail "$name.service: systemd has something to say of it (see above)."
    printf '    %s.service: %s\n' "$name" "$(tail -n 1 <<<"$said" | grep -o '[0-9]\.[0-9] [A-Z]*')"
}

# The settings as nginx reads them, with a certificate made for this.
nginx_reads() {
    quietly openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=claws.example.com -keyout "$work/key.pem" -out "$work/cert.pem"
    sed -e "s|/etc/letsencrypt/live/claws.example.com/fullchain.pem|$work/cert.pem|" \
        -e "s|/etc/letsencrypt/live/claws.example.com/privkey.pem|$work/key.pem|" deploy/nginx.conf >"$work/site.conf"
    local kind
    {
        printf 'pid %s/pid;\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n' "$work"
        for kind in client_body proxy fastcgi uwsgi scgi; do printf '%s_temp_path %s/%s;\n' "$kind" "$work" "$kind"; done
        printf 'include %s/site.conf;\n}\n' "$work"
    } >"$work/nginx.conf"
    quietly nginx -t -c "$work/nginx.conf" || fail 'nginx does not take deploy/nginx.conf (see above).'
    printf '    nginx.conf: %s takes it\n' "$(nginx -v 2>&1 | sed 's/.*: //')"
}

caddy_reads() {
    quietly env CLAWHATCH_SITE=claws.example.com caddy validate --config deploy/Caddyfile --adapter caddyfile ||
        fail 'Caddy does not take deploy/Caddyfile (see above).'
    printf '    Caddyfile: Caddy %s takes it\n' "$(caddy version | cut -d' ' -f1)"
}

# Compose of today where it is; the one of Debian 12 knows everything but the project's name.
compose_reads() {
    export PUBLIC_URL=https://a.example INFRA_API_URL=https://b.example ADMIN_IDS=1
    if docker compose version >/dev/null 2>&1; then
        quietly docker compose -f deploy/compose.yaml --profile tls config -q || fail 'Compose does not take deploy/compose.yaml (see above).'
        printf '    compose.yaml: Compose %s takes it\n' "$(docker compose version --short)"
        return
    fi
    # It is made of many packages, and starts nothing by being installed.
    command -v docker-compose >/dev/null || install_packages docker-compose || true
    have docker-compose docker-compose --version || return 0
    mkdir -p "$work/deploy"
    grep -v '^name:' deploy/compose.yaml >"$work/deploy/compose.yaml"
    cp -- deploy/Dockerfile deploy/Caddyfile "$work/deploy/"
    quietly docker-compose -f "$work/deploy/compose.yaml" --profile tls config -q || fail 'Compose does not take deploy/compose.yaml (see above).'
    printf '    compose.yaml: Compose %s takes it\n' "$(docker-compose version --short)"
}

# Every page Caddy lets through nginx lets through as well, and nothing else.
fronts_agree() {
    local caddy nginx
    caddy=$(sed -n 's/^\t\tpath //p' deploy/Caddyfile | tr ' ' '\n' | sort -u)
    nginx=$(sed -n 's/^ *# paths: //p' deploy/nginx.conf | tr ' ' '\n' | sort -u)
    [ "$caddy" = "$nginx" ] || fail "deploy/Caddyfile and deploy/nginx.conf let different pages through: $(diff <(echo "$caddy") <(echo "$nginx") || true)"
}

if have systemd-analyze systemd --version; then
    unit clawhatch 15
    unit clawnode 20
fi
if have openssl openssl version && have nginx nginx -v; then nginx_reads; fi
if have caddy caddy version; then caddy_reads; fi
compose_reads
fronts_agree
bash -n deploy/setup.sh
