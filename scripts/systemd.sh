#!/usr/bin/env bash
# Shows clawnode and its claws under a real systemd: one that is process 1 of namespaces of its own, with this machine's
# files underneath and a throw-away layer over them, so that nothing of this machine is changed. Needs root on a Linux
# with systemd 252 or newer. What runs in the claws is the stand-in for OpenClaw's gateway, unless it is told otherwise.
#
#   scripts/systemd.sh                    builds the programs, shows everything, takes everything down
#   PROGRAMS=dir scripts/systemd.sh       takes the programs from there
#   OPENCLAW=dir scripts/systemd.sh       runs the real OpenClaw that `clawnode install` put there; minutes, and leaves out
#                                         what only the stand-in can be told to do
#
# Every line is something that was looked at; the first that is not so ends it with what systemd says. On a machine that
# lets nobody start a systemd of their own it says why, and ends with 69 (EX_UNAVAILABLE of sysexits.h).
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
cd -- "$root"
# shellcheck source=scripts/postgres.sh
. scripts/postgres.sh

readonly API=http://127.0.0.1:9310 TELEGRAM=8081 DATABASE=5432
began=$SECONDS
# This machine sees the claws' processes too, and whatever else is tested on it may take its own users' for left-overs.
users=$((1000000000 + $$ % 1000000 * 1000))-$((1000000999 + $$ % 1000000 * 1000))
# Seconds to wait for anything; the real OpenClaw takes its time.
patience=60
[ -z "${OPENCLAW:-}" ] || patience=400

# Nothing can be shown on this machine, and why.
not_here() {
    printf '    not shown here: %s\n' "$*"
    exit 69
}

# --- the namespaces ---------------------------------------------------------------------------------------------------

# What becomes process 1. Runs in new namespaces and ends in systemd.
boot() {
    local layer=$1 new=$1/root
    mount --make-rprivate /
    mkdir -p "$layer/upper" "$layer/work" "$new"
    mount -t overlay overlay -o "lowerdir=/,upperdir=$layer/upper,workdir=$layer/work" "$new"
    mount -t proc proc "$new/proc"
    # The kernel's own settings are this machine's: they can be read.
    mount -o bind "$new/proc/sys" "$new/proc/sys" && mount -o remount,bind,ro "$new/proc/sys"
    mount -t sysfs sysfs "$new/sys"
    mount -o remount,bind,ro "$new/sys" || true
    control_groups "$new/sys/fs/cgroup"
    mount -t tmpfs -o mode=755 dev "$new/dev"
    local name
    for name in null zero full random urandom tty; do
        touch "$new/dev/$name" && mount -o bind "/dev/$name" "$new/dev/$name"
    done
    mkdir "$new/dev/pts" "$new/dev/shm" "$new/dev/mqueue"
    mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$new/dev/pts"
    mount -t tmpfs -o mode=1777 shm "$new/dev/shm"
    ln -s pts/ptmx "$new/dev/ptmx" && ln -s /proc/self/fd "$new/dev/fd"
    mount -t tmpfs -o mode=755 run "$new/run"
    mkdir -p "$new/run/before"
    if [ ! -e "$layer/prepared" ]; then
        # What this machine has enabled is not what is shown, and its state is not ours.
        rm -rf "$new"/etc/systemd/system/*.wants "$new"/var/lib/clawnode "$new"/etc/clawnode "$new"/opt/clawnode "$new"/var/log/journal
        local mask
        for mask in tmp.mount getty.target systemd-logind.service systemd-update-utmp.service systemd-networkd-wait-online.service; do
            ln -sf /dev/null "$new/etc/systemd/system/$mask"
        done
        # Nor is its /tmp to be cleaned: the programs may lie there.
        mkdir -p "$new/etc/tmpfiles.d"
        ln -sf /dev/null "$new/etc/tmpfiles.d/tmp.conf"
        touch "$layer/prepared"
    fi
    ip link set lo up
    cd "$new"
    pivot_root . run/before
    umount -l /run/before
    # As on a host, where a service's credentials travel by mounts that are shared.
    mount --make-rshared /
    exec env -i container=clawnode PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        /lib/systemd/systemd --unit=multi-user.target --show-status=no --log-level=notice
}

# Version 2 where this machine has it; elsewhere the same hierarchies that it has.
control_groups() {
    local at=$1 name
    if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
        mount -t cgroup2 cgroup2 "$at"
        return
    fi
    mount -t tmpfs -o mode=755 cgroups "$at"
    mkdir "$at/systemd" "$at/unified"
    mount -t cgroup -o none,name=systemd systemd "$at/systemd"
    mount -t cgroup2 cgroup2 "$at/unified"
    for name in memory pids cpu devices; do
        mkdir "$at/$name" && mount -t cgroup -o "$name" "$name" "$at/$name"
    done
}

# Every hierarchy systemd is to have, as this machine mounts it.
hierarchies() {
    if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
        echo /sys/fs/cgroup
    else
        printf '/sys/fs/cgroup/%s\n' systemd unified memory pids cpu devices
    fi
}

# Two systemds in one group would each take the other's services for its own.
in_groups_of_its_own() {
    local at
    for at in $(hierarchies); do
        mkdir -p "$at/${work##*/}"
        echo "$BASHPID" >"$at/${work##*/}/cgroup.procs"
    done
    exec "$@"
}

leave_groups() {
    local at tries
    for at in $(hierarchies); do
        # What was in it is killed, and may take a moment to be gone.
        for tries in {1..50}; do
            [ -d "$at/${work##*/}" ] || break
            find "$at/${work##*/}" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.1
        done
    done
}

# Has a systemd come up, and says its process number as this machine knows it.
start_host() {
    in_groups_of_its_own unshare --mount --pid --fork --net --cgroup --uts --ipc --kill-child -- "$0" boot "$work/layer" >>"$work/console" 2>&1 &
    keeper=$!
    local tries=0
    until init=$(pgrep -P "$keeper" -x systemd) && inside systemctl is-system-running --quiet 2>/dev/null; do
        # Degraded is a state as well: some unit of this machine's files failed, which is not ours to judge.
        if [ -n "${init:-}" ] && [ "$(inside systemctl is-system-running 2>/dev/null || true)" = degraded ]; then break; fi
        tries=$((tries + 1))
        [ $tries -lt 300 ] || fail "systemd did not come up: $(tail -n 5 "$work/console")"
        kill -0 "$keeper" 2>/dev/null || fail "systemd ended: $(tail -n 5 "$work/console")"
        sleep 0.1
    done
}

stop_host() {
    [ -n "${keeper:-}" ] || return 0
    kill -KILL "$keeper" 2>/dev/null || true
    wait "$keeper" 2>/dev/null || true
    leave_groups
    keeper=''
}

inside() { nsenter --target "$init" --mount --pid --net --cgroup --uts --ipc -- "$@"; }

# --- asking -----------------------------------------------------------------------------------------------------------

shown() { printf '    %s\n' "$*"; }

broken() {
    printf '%s: not so: %s\n' "${0##*/}" "$*" >&2
    inside journalctl --no-pager -n 60 --grep '^(?!.*migrate controller cgroups)' >&2 || true
    inside bash -c 'tail -n 20 /var/lib/clawnode/claws/*/log/gateway.log' >&2 || true
    exit 1
}

# Until a command succeeds; what is waited for is said when it does not.
until_so() {
    local what=$1 seconds=$patience from=$SECONDS
    shift
    until "$@" >/dev/null 2>&1; do
        [ $((SECONDS - from)) -lt "$seconds" ] || broken "$what, within $seconds seconds"
        sleep 0.2
    done
}

call() {
    local method=$1 path=$2 body=${3:-}
    inside curl -sS -m 130 -X "$method" -H "authorization: Bearer $key" -H 'content-type: application/json' \
        ${body:+--data "$body"} "$API$path"
}

# A field of a claw, as the API tells it.
claw() { call GET "/claws/u1/$1" | python3 -c 'import json,sys; c=json.load(sys.stdin)["claw"]
for part in sys.argv[1].split("."): c=(c or {}).get(part)
print(c)' "$2"; }

is() { [ "$(claw "$1" "$2")" = "$3" ]; }
becomes() { until_so "$1 becomes $2 (it is $(claw "$1" state), $(claw "$1" reason))" is "$1" state "$2"; }
# The real OpenClaw keeps the channel of a claw closed for a while that was ended hard again and again, as this one was.
lives() { is "$1" state ready || { [ -n "${OPENCLAW:-}" ] && is "$1" state degraded; }; }
slug() { claw "$1" slug; }
unit_of() { printf 'clawnode-claw-%s.service' "$(slug "$1")"; }
property() { inside systemctl show --value --property="$2" "$(unit_of "$1")"; }
# As the namespaces count processes.
pid_of() { property "$1" MainPID; }

order() {
    printf '{"user_id":"u1","claw_id":"%s","ai_gateway_key":"sk-shown-CANARY","model":"anthropic/claude-sonnet-4.6","telegram_bot_token":"%s","telegram_allow_from":["42"]}' "$1" "$2"
}

# Whether somebody reaches a port of this host.
reaches() {
    inside setpriv --reuid "$1" --regid "$1" --clear-groups --no-new-privs timeout 5 bash -c "exec 3<>/dev/tcp/$2/$3" 2>/dev/null
}
must_reach() { reaches "$1" "$2" "$3" || broken "$4 reaches $2:$3"; }
must_not_reach() { ! reaches "$1" "$2" "$3" || broken "$4 does not reach $2:$3"; }

misbehaves() {
    local home
    home=/var/lib/clawnode/claws/$(slug "$1")/home
    inside bash -c "printf '%s' '$2' >$home/stand-in.new && chmod 0644 $home/stand-in.new && mv $home/stand-in.new $home/stand-in.json"
}

# --- what is shown ----------------------------------------------------------------------------------------------------

# OpenClaw's place, with the stand-in in it, and a Bot API that knows every bot.
lay_stand_ins() {
    if [ -n "${OPENCLAW:-}" ]; then
        inside mkdir -p /opt/clawnode/openclaw
        inside mount --bind "$OPENCLAW" /opt/clawnode/openclaw
    else
        inside bash -s -- "$programs/clawhatch" <<'END'
set -e
home=/opt/clawnode/openclaw/2026.9.6
mkdir -p "$home/bin" "$home/node_modules/openclaw"
install -m 0755 "$1" "$home/bin/clawhatch"
printf '#!/bin/sh\n[ "$1" != --version ] || exec echo v26.10.0\nexec %s/bin/clawhatch sandbox-gateway "$@"\n' "$home" >"$home/bin/node"
chmod 0755 "$home/bin/node"
echo '// A stand-in.' >"$home/node_modules/openclaw/openclaw.mjs"
echo 2026.9.6 >"$home/complete"
END
    fi
    inside bash -c 'cat >/usr/local/bin/bot-api' <<'END'
#!/usr/bin/env python3
import json, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Bot(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length") or 0))
        method = self.path.rsplit("/", 1)[-1]
        if method == "getUpdates": time.sleep(1)
        result = {"getMe": {"id": 1, "is_bot": True, "first_name": "b", "username": "b_bot"}, "getUpdates": []}.get(method, True)
        body = json.dumps({"ok": True, "result": result}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_GET = do_POST
    def log_message(self, *_): pass
    def handle(self):
        # Whoever asked may be gone before the answer.
        try: super().handle()
        except ConnectionError: pass

for port in sys.argv[1:]:
    threading.Thread(target=ThreadingHTTPServer(("127.0.0.1", int(port)), Bot).serve_forever).start()
END
    inside bash -c 'cat >/etc/systemd/system/bot-api.service' <<END
[Service]
Type=exec
ExecStart=/usr/bin/python3 /usr/local/bin/bot-api $TELEGRAM $DATABASE
[Install]
WantedBy=multi-user.target
END
    inside systemctl enable --quiet --now bot-api
}

set_up() {
    # Egress is the one thing that cannot be well in a network of its own, so the doctor is right to complain.
    PROGRAMS=$programs inside "$root/deploy/setup.sh" clawnode >"$work/setup-1" 2>&1 && broken 'the doctor misses the way out'
    grep -q '^bad   egress: Telegram' "$work/setup-1" || { cat "$work/setup-1" >&2; broken 'setup.sh comes as far as the doctor'; }
    inside bash -c "printf 'CLAWNODE_TELEGRAM_API_URL=http://127.0.0.1:$TELEGRAM\nCLAWNODE_MODEL_URL=http://127.0.0.1:$TELEGRAM\nCLAWNODE_MEMORY_MB=8192\nCLAWNODE_USERS=$users\n' >>/etc/clawnode/clawnode.env"
    local before after
    before=$(inside bash -c 'cat /etc/clawnode/secrets/* /etc/clawnode/clawnode.env /etc/systemd/system/clawnode.service | sha256sum')
    PROGRAMS=$programs inside "$root/deploy/setup.sh" clawnode >"$work/setup-2" 2>&1 || { cat "$work/setup-2" >&2; broken 'setup.sh sets the host up'; }
    after=$(inside bash -c 'cat /etc/clawnode/secrets/* /etc/clawnode/clawnode.env /etc/systemd/system/clawnode.service | sha256sum')
    [ "$before" = "$after" ] || broken 'a second set-up leaves keys and settings as they are'
    PROGRAMS=$programs inside "$root/deploy/setup.sh" clawnode >"$work/setup-3" 2>&1 || broken 'a third set-up works'
    grep -q 'clawnode runs, and goes on' "$work/setup-3" || broken 'a set-up of what runs already starts nothing anew'
    grep -E '^(good|mind|bad)' "$work/setup-3" | sed 's/^/      /'
    grep -q 'good  firewall' "$work/setup-3" || broken 'clawnode check finds the firewall'
    grep -q 'good  runtime: systemd' "$work/setup-3" || broken 'clawnode check finds systemd'
    key=$(inside cat /etc/clawnode/secrets/key)
    control_plane
    until_so 'clawnode answers' inside curl -fsS -m 2 "$API/readyz"
    shown 'deploy/setup.sh sets the host up; again, it keeps keys and settings and starts nothing anew'
    shown "exposure of clawnode.service: $(inside systemd-analyze security clawnode.service --no-pager | tail -n 1 | grep -o '[0-9]\.[0-9]')"
}

# The control plane on the same host, as the same script sets it up.
control_plane() {
    PROGRAMS=$programs inside "$root/deploy/setup.sh" clawnode clawhatch >"$work/setup-4" 2>&1 || { cat "$work/setup-4" >&2; broken 'setup.sh sets both up'; }
    grep -q '/etc/clawhatch/secrets/telegram-bot-token' "$work/setup-4" || broken 'setup.sh names the secrets that are missing'
    inside bash -c "cd /etc/clawhatch/secrets && umask 077 && cmp -s infra-api-key /etc/clawnode/secrets/key &&
        echo 1000000000:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA >telegram-bot-token && echo sk-shown-CANARY >ai-gateway-api-key &&
        echo TELEGRAM_API_URL=http://127.0.0.1:$TELEGRAM >>/etc/clawhatch/settings.env" || broken "the node's key is the control plane's"
    PROGRAMS=$programs inside "$root/deploy/setup.sh" clawhatch >"$work/setup-5" 2>&1 || { cat "$work/setup-5" >&2; broken 'setup.sh starts the control plane'; }
    until_so 'clawhatch answers' inside curl -fsS -m 2 http://127.0.0.1:8080/healthz
    shown 'clawhatch runs beside it, by its own unit, with the key of the node'
}

claws_run() {
    local answer one
    answer=$(call POST /provision "$(order claw-1 1000000101:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA)")
    grep -q '"ok":true' <<<"$answer" || broken "a claw is provisioned: $answer"
    answer=$(call POST /provision "$(order claw-2 1000000102:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA)")
    grep -q '"ok":true' <<<"$answer" || broken "a second claw is provisioned: $answer"
    becomes claw-1 ready
    becomes claw-2 ready
    shown "two claws are ready: $(unit_of claw-1), $(unit_of claw-2)"
    local status pid
    pid=$(pid_of claw-1)
    status=$(inside cat "/proc/$pid/status")
    user_1=$(awk '/^Uid:/ {print $2}' <<<"$status")
    user_2=$(inside awk '/^Uid:/ {print $2}' "/proc/$(pid_of claw-2)/status")
    [ "$user_1" -ge "${users%-*}" ] && [ "$user_1" != "$user_2" ] || broken "each has a user of its own ($user_1, $user_2)"
    for one in CapInh CapPrm CapEff CapBnd CapAmb; do
        grep -q "^$one:	0000000000000000$" <<<"$status" || broken "no rights are left ($one)"
    done
    grep -q '^NoNewPrivs:	1$' <<<"$status" || broken 'none will ever be'
    grep -q '^Seccomp:	2$' <<<"$status" || broken 'it may not ask everything of the kernel'
    [ "$(awk '/^Groups:/ {print $2}' <<<"$status")" = '' ] || broken 'it is in no group'
    shown "user $user_1, no groups, no capabilities, no new privileges, system calls filtered"
    [ "$(property claw-1 MemoryMax)" = $((2048 * 1024 * 1024)) ] || broken "memory is limited ($(property claw-1 MemoryMax))"
    [ "$(property claw-1 TasksMax)" = 512 ] && [ "$(property claw-1 CPUQuotaPerSecUSec)" = 2s ] || broken 'processes and processor are limited'
    shown "MemoryMax $(property claw-1 MemoryMax), TasksMax $(property claw-1 TasksMax), processor $(property claw-1 CPUQuotaPerSecUSec) a second"
    local seen
    seen=$(inside nsenter --target "$pid" --mount -- ls /var/lib/clawnode /var/lib/clawnode/claws | tr '\n' ' ')
    [ "$seen" = "/var/lib/clawnode: claws  /var/lib/clawnode/claws: $(slug claw-1) " ] || broken "it sees its own folder alone: $seen"
    ! inside nsenter --target "$pid" --mount -- touch /opt/clawnode/openclaw/2026.9.6/x 2>/dev/null || broken 'OpenClaw is read-only to it'
    ! inside nsenter --target "$pid" --mount -- touch /etc/x 2>/dev/null || broken 'the system is read-only to it'
    inside touch /tmp/somebodys /var/tmp/somebodys
    ! inside nsenter --target "$pid" --mount -- ls /tmp/somebodys /var/tmp/somebodys 2>/dev/null || broken 'its /tmp is its own'
    [ -z "$(inside nsenter --target "$pid" --mount -- ls -A /run | grep -v systemd)" ] || broken 'no socket of the machine is there for it'
    shown 'it sees no other folder of the node, no socket of the machine, a /tmp of its own; the rest is read-only'
    inside bash -c "tr '\\0' '\\n' </proc/$pid/environ" | grep -q '^OPENCLAW_GATEWAY_TOKEN=.' || broken 'it has its token in its environment'
    local token
    token=$(inside bash -c "tr '\\0' '\\n' </proc/$pid/environ" | sed -n 's/^OPENCLAW_GATEWAY_TOKEN=//p')
    ! inside bash -c "cat /proc/[0-9]*/cmdline" | tr '\0' ' ' | grep -qF -- "$token" || broken 'no argument holds a token'
    ! inside systemctl show "$(unit_of claw-1)" clawnode.service | grep -qE "CANARY|$token" || broken 'systemd tells nobody a secret'
    ! inside bash -c 'ls /var/lib/clawnode/run/*/' | grep -q env || broken 'no environment is left in a file'
    ! inside bash -c "tr '\\0' '\\n' </proc/$pid/environ" | grep -qE '^(INVOCATION_ID|JOURNAL_STREAM)=' || broken 'nothing tells it of systemd'
    inside grep -q 'ready' "/var/lib/clawnode/claws/$(slug claw-1)/log/gateway.log" || broken 'it logs to its own file'
    shown 'its token is in no argument and in no property; its log is its own'
}

claws_stay() {
    local one two started
    one=$(pid_of claw-1) two=$(pid_of claw-2) started=$(claw claw-1 started_at)
    inside systemctl restart clawnode
    until_so 'clawnode answers' inside curl -fsS -m 2 "$API/readyz"
    becomes claw-1 ready
    [ "$(pid_of claw-1) $(pid_of claw-2) $(claw claw-1 started_at)" = "$one $two $started" ] || broken 'a restart of clawnode restarts no claw'
    inside systemctl kill --signal=KILL clawnode
    until_so 'clawnode answers' inside curl -fsS -m 2 "$API/readyz"
    becomes claw-1 ready
    [ "$(pid_of claw-1) $(pid_of claw-2)" = "$one $two" ] || broken 'a kill of clawnode restarts no claw'
    shown 'clawnode restarted, then killed: the same gateways run on and are watched again'
}

ends_are_told() {
    local before start
    is claw-1 restarts 0 || broken 'so far nothing of it has ended by itself'
    before=$(pid_of claw-1)
    inside kill -KILL "$before"
    until_so 'a killed gateway comes back' is claw-1 restarts 1
    becomes claw-1 ready
    [ "$(pid_of claw-1)" != "$before" ] || broken 'it is another process'
    shown 'kill -9 of a gateway: another one is ready'
    [ -z "${OPENCLAW:-}" ] || return 0

    misbehaves claw-1 '{"exit":78}'
    call POST /claws/u1/claw-1/restart >/dev/null
    becomes claw-1 config_error
    start=$(property claw-1 Description)
    [ "$(property claw-1 ExecMainStatus)" = 78 ] || broken 'it ended with 78'
    sleep 5
    is claw-1 state config_error && [ "$(property claw-1 Description)" = "$start" ] && [ "$(property claw-1 NRestarts)" = 0 ] ||
        broken 'nobody starts again what ended with 78'
    misbehaves claw-1 '{}'
    call POST /claws/u1/claw-1/restart >/dev/null
    becomes claw-1 ready
    shown 'exit 78: config_error, not started again by anybody; asked for, it comes back'

    misbehaves claw-1 '{"eat_mb":400}'
    call PATCH /claws/u1/claw-1/spec '{"limits":{"memory_mb":200}}' >/dev/null
    until_so 'a claw over its memory is ended' ended_for_memory
    if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
        shown 'over its memory: ended, and told as out of memory'
    else
        shown 'over its memory: ended by the kernel, with signal 9; version 1 of control groups tells systemd no more'
    fi
    misbehaves claw-1 '{}'
    call PATCH /claws/u1/claw-1/spec '{"limits":{"memory_mb":2048}}' >/dev/null
    call POST /claws/u1/claw-1/restart >/dev/null
    becomes claw-1 ready
}

ended_for_memory() {
    if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
        call GET '/events?after=0&limit=500' | grep -q out_of_memory
    else
        [ "$(property claw-1 ExecMainStatus)" = 9 ] && [ "$(property claw-1 MemoryMax)" = $((200 * 1024 * 1024)) ]
    fi
}

network_is_fenced() {
    local port_1 port_2 outside=10.9.8.7
    port_1=$(inside cat "/var/lib/clawnode/claws/$(slug claw-1)/config/openclaw.json" | grep -oE '"port": *[0-9]+' | grep -oE '[0-9]+')
    port_2=$(inside cat "/var/lib/clawnode/claws/$(slug claw-2)/config/openclaw.json" | grep -oE '"port": *[0-9]+' | grep -oE '[0-9]+')
    inside ip address add "$outside/32" dev lo
    tries() {
        must_reach "$user_1" 127.0.0.1 "$port_1" 'a claw'
        must_reach "$user_1" 127.0.0.1 "$TELEGRAM" 'a claw, let through to it,'
        must_reach 0 127.0.0.1 "$port_1" 'the node'
        must_reach 0 127.0.0.1 "$port_2" 'the node'
        must_not_reach "$user_1" 127.0.0.1 "$port_2" 'a claw'
        must_not_reach "$user_2" 127.0.0.1 "$port_1" 'a claw'
        must_not_reach "$user_1" 127.0.0.1 9310 'a claw'
        must_not_reach "$user_1" "$outside" 9310 'a claw'
        must_not_reach "$user_1" 127.0.0.1 9311 'a claw'
        must_not_reach "$user_1" 127.0.0.1 "$DATABASE" 'a claw'
        must_not_reach 1000 127.0.0.1 "$port_1" 'somebody of this host'
        must_reach 1000 127.0.0.1 "$DATABASE" 'somebody of this host'
    }
    tries
    shown "a claw that tries reaches its own gateway; not its neighbour's, not the node's API or metrics, not the database"
    # With the fence down the same tries get through, so that they mean something; and it comes back by itself.
    inside nft flush ruleset
    must_reach "$user_1" 127.0.0.1 "$port_2" 'a claw, without the fence,'
    must_reach "$user_1" 127.0.0.1 "$DATABASE" 'a claw, without the fence,'
    until_so 'the fence is put up again' inside nft list table inet clawnode
    tries
    shown 'somebody flushed all rules: everything was open for a moment, and the fence came back by itself'
}

sleeps_and_wakes() {
    call POST /claws/u1/claw-1/suspend >/dev/null
    becomes claw-1 suspended
    [ "$(property claw-1 MainPID)" = 0 ] || broken 'nothing of a suspended claw runs'
    inside bash -c '[ -z "$(systemctl --failed --no-legend --plain | grep clawnode)" ]' || broken 'a suspended claw is no failed unit'
    call POST /claws/u1/claw-1/resume >/dev/null
    becomes claw-1 ready
    shown 'suspended, nothing of it runs and nothing has failed; resumed, it is ready'
    call POST /claws/u1/claw-1/backups >/dev/null
    until_so 'a backup is made' backup_is_ready
    call POST /claws/u1/claw-1/restore "{\"backup_id\":\"$(backup id)\"}" >/dev/null
    until_so 'a backup is restored' told restored
    becomes claw-1 ready
    shown 'backed up and restored, by units of their own'
}

told() { call GET '/events?after=0&limit=500' | grep -q "\"kind\":\"$1\""; }
backup() { call GET /claws/u1/claw-1/backups | python3 -c 'import json,sys; print(json.load(sys.stdin)["backups"][0][sys.argv[1]])' "$1"; }
backup_is_ready() { [ "$(backup state)" = ready ]; }

host_boots_anew() {
    local before
    before=$(claw claw-2 started_at)
    stop_host
    start_host
    if [ -n "${OPENCLAW:-}" ]; then
        inside mount --bind "$OPENCLAW" /opt/clawnode/openclaw
        inside systemctl restart clawnode
    fi
    until_so 'clawnode answers after a boot' inside curl -fsS -m 2 "$API/readyz"
    until_so 'claw-1 is up again' lives claw-1
    becomes claw-2 ready
    [ "$(claw claw-2 started_at)" != "$before" ] || broken 'it is another start'
    [ "$(claw claw-2 state)" = ready ] && inside nft list table inet clawnode >/dev/null || broken 'the fence stands after a boot'
    shown 'the power went and came: clawnode comes up, puts the fence up, and starts its claws anew'
}

claw_goes() {
    local unit folder
    unit=$(unit_of claw-2) folder=/var/lib/clawnode/claws/$(slug claw-2)
    [ -n "${OPENCLAW:-}" ] || misbehaves claw-2 '{"ignore_sigterm":true}'
    call POST /deprovision '{"user_id":"u1","claw_id":"claw-2","purge":true}' | grep -q '"purged":true' || broken 'a claw is purged'
    [ "$(inside systemctl show --value --property=LoadState "$unit")" = not-found ] || broken 'its unit is gone'
    inside bash -c "[ ! -e $folder ] && [ ! -e ${folder/claws/run} ]" || broken 'its folders are gone'
    ! inside nft list table inet clawnode | grep -q "$user_2 \\. " || broken 'its place in the fence is gone'
    lives claw-1 || broken 'its neighbour runs on'
    shown 'one is purged, though it will not end: unit, folders and place in the fence are gone, its neighbour runs on'
}

node_goes() {
    local pid
    pid=$(pid_of claw-1)
    local unit
    unit=$(unit_of claw-1)
    inside systemctl stop clawnode
    [ "$(inside systemctl show --value --property=MainPID "$unit")" = "$pid" ] || broken 'claws go on while clawnode is stopped'
    inside nft list table inet clawnode >/dev/null || broken 'the fence stands while clawnode is stopped'
    shown 'clawnode stopped: its claw runs on behind the fence'
}

# ----------------------------------------------------------------------------------------------------------------------

if [ "${1:-}" = boot ]; then
    boot "$2"
fi
[ $# -eq 0 ] || fail 'usage: scripts/systemd.sh'
[ "$(id -u)" -eq 0 ] || not_here 'it needs root, for namespaces and for users of their own.'
work=$(mktemp -d "${TMPDIR:-/tmp}/clawnode-systemd.XXXXXXXX")
finish() {
    local status=$?
    stop_host
    umount -l "$work/layer" 2>/dev/null || true
    rm -rf -- "$work"
    trap - EXIT
    exit "$status"
}
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
[ -x /lib/systemd/systemd ] || install_packages systemd || not_here 'there is no /lib/systemd/systemd: apt-get install systemd'
for needed in nft:nftables ip:iproute2 curl:curl python3:python3 dbus-daemon:dbus npm:npm; do
    command -v "${needed%%:*}" >/dev/null || install_packages "${needed#*:}" || not_here "${needed%%:*} is missing: apt-get install ${needed#*:}"
done
[ -n "${PROGRAMS:-}" ] || quietly cargo build --locked --bins || fail 'the programs could not be built (see above).'
programs=$(cd -- "${PROGRAMS:-${CARGO_TARGET_DIR:-$root/target}/debug}" && pwd)
quietly unshare --mount --pid --fork --net --cgroup --uts --ipc --kill-child -- true || not_here 'no namespaces may be made here (see above).'
for group in $(hierarchies); do
    quietly mkdir "$group/${work##*/}" && rmdir "$group/${work##*/}" || not_here "no control group may be made in $group (see above)."
done
# The layer over this machine's files cannot lie on what it covers.
mkdir "$work/layer"
quietly mount -t tmpfs -o mode=755 layer "$work/layer" || not_here 'nothing may be mounted here (see above).'
mkdir "$work/layer/tried" "$work/layer/upper" "$work/layer/work"
quietly mount -t overlay overlay -o "lowerdir=/,upperdir=$work/layer/upper,workdir=$work/layer/work" "$work/layer/tried" ||
    not_here 'no layer may be laid over the files of this machine (see above).'
umount "$work/layer/tried"
rm -rf -- "$work/layer/tried" "$work/layer/upper" "$work/layer/work"

start_host
shown "systemd $(inside systemctl --version | sed -n '1s/systemd //p') is process 1"
lay_stand_ins
set_up
claws_run
claws_stay
ends_are_told
network_is_fenced
sleeps_and_wakes
host_boots_anew
claw_goes
node_goes
printf -- '    all of it, in %d s\n' "$((SECONDS - began))"
