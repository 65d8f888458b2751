#!/usr/bin/env bash
# Finds, installs and wakes what the tests need beside Python: Chromium, a Korean font, PostgreSQL, Redis, nginx,
# and on Linux strace, which shows that what is acknowledged is on the disk.
#
# Says what it does on standard error. On standard output it prints lines for a shell to evaluate:
#   export HYEONDAP_CHROMIUM=...          path of the browser
#   export HYEONDAP_TEST_POSTGRESQL=...   address of a database whose user may create databases
#   export HYEONDAP_TEST_REDIS=...        address of a Redis
#   export HYEONDAP_NGINX=...             path of nginx, which the tests start themselves
# A line is missing where the thing is: the tests then skip what needs it. With CI=true that is a failure instead.
# An address given beforehand by one of these names is used as it is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

python=.venv/bin/python
missing=0
system="$(uname -s)"
packages_known=no

say() { printf '%s\n' "$*" >&2; }

give() { printf 'export %s=%q\n' "$1" "$2"; }

lacks() {
    missing=1
    say "Missing for the tests: $1"
    say "  $2"
}

# Runs a command as the administrator, without ever asking for a password where nobody can answer.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
        sudo "$@"
    else
        return 1
    fi
}

as_postgres() {
    if [ "$(id -u)" = 0 ]; then
        runuser -u postgres -- "$@"
    else
        as_root -u postgres "$@"
    fi
}

can_apt() { command -v apt-get >/dev/null; }

# Installs Debian packages; fails where it may not.
apt_install() {
    can_apt || return 1
    say "Installing $* (once) ..."
    if [ "$packages_known" = no ]; then
        as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2 || return 1
        packages_known=yes
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# Tries a command once a second, up to the given number of times.
wait_for() {
    local tries="$1"
    shift
    while ! "$@"; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || return 1
        sleep 1
    done
}

# --- Chromium ---------------------------------------------------------------------------------------------------

find_chromium() {
    local candidate
    for candidate in "${HYEONDAP_CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable \
        "/Applications/Chromium.app/Contents/MacOS/Chromium" \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" \
        "$HOME/Applications/Chromium.app/Contents/MacOS/Chromium" \
        "$HOME/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
        [ -n "$candidate" ] || continue
        # Ubuntu's chromium-browser may be an empty shell that only points to a snap: it must tell its version.
        if command -v "$candidate" >/dev/null && "$candidate" --version >/dev/null 2>&1; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

prepare_chromium() {
    local found
    if ! found="$(find_chromium)"; then
        apt_install chromium || true
        found="$(find_chromium)" || found=
    fi
    if [ -n "$found" ]; then
        give HYEONDAP_CHROMIUM "$found"
    elif [ "$system" = Darwin ]; then
        lacks Chromium 'brew install --cask google-chrome'
    else
        lacks Chromium 'sudo apt-get install chromium   (on Ubuntu: sudo snap install chromium)'
    fi
}

# --- A Korean font: macOS has one ---------------------------------------------------------------------------------

has_korean_font() {
    [ "$system" = Darwin ] || [ -n "$(fc-list :lang=ko family 2>/dev/null)" ]
}

prepare_font() {
    has_korean_font || apt_install fontconfig fonts-noto-cjk || true
    has_korean_font || lacks 'a Korean font' 'sudo apt-get install fontconfig fonts-noto-cjk'
}

# --- PostgreSQL ---------------------------------------------------------------------------------------------------

# True where the address answers to a user who may create databases.
postgresql_answers() {
    "$python" - "$1" 2>/dev/null <<'PYTHON'
import sys

import psycopg

with psycopg.connect(sys.argv[1], connect_timeout=3) as connection:
    row = connection.execute(
        "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
sys.exit(not (row and row[0]))
PYTHON
}

find_postgresql() {
    local me address
    me="$(id -un)"
    for address in "${HYEONDAP_TEST_POSTGRESQL:-}" \
        "postgresql://$me@127.0.0.1:5432/$me" \
        "postgresql://$me@127.0.0.1:5432/postgres" \
        "postgresql://hyeondap_test:hyeondap_test@127.0.0.1:5432/hyeondap_test"; do
        if [ -n "$address" ] && postgresql_answers "$address"; then
            printf '%s\n' "$address"
            return
        fi
    done
    return 1
}

start_postgresql() {
    if command -v pg_lsclusters >/dev/null; then
        local version cluster port status rest
        while read -r version cluster port status rest; do
            [ "$port" = 5432 ] && [[ "$status" != online* ]] || continue
            say "Starting PostgreSQL $version ..."
            as_root pg_ctlcluster --skip-systemctl-redirect "$version" "$cluster" start >&2 || true
        done < <(pg_lsclusters --no-header)
    elif [ "$system" = Darwin ] && command -v brew >/dev/null; then
        local formula
        formula="$(brew list --formula 2>/dev/null | grep '^postgresql' | tail -n 1)" || return 0
        say "Starting $formula ..."
        brew services start "$formula" >&2 || true
    fi
}

# Makes a user and a database for the tests, of their own, where nobody like the present user is known to the server.
make_postgresql_user() {
    command -v pg_lsclusters >/dev/null || return 0
    as_postgres psql -qX -v ON_ERROR_STOP=1 -d postgres >&2 <<'SQL' || true
SELECT 'CREATE ROLE hyeondap_test LOGIN CREATEDB PASSWORD ''hyeondap_test'''
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'hyeondap_test') \gexec
SELECT 'CREATE DATABASE hyeondap_test OWNER hyeondap_test'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'hyeondap_test') \gexec
SQL
}

postgresql_listens() { (exec 3<>/dev/tcp/127.0.0.1/5432) 2>/dev/null; }

prepare_postgresql() {
    local address=
    if ! address="$(find_postgresql)"; then
        if [ "$system" = Linux ] && ! command -v pg_lsclusters >/dev/null && ! postgresql_listens; then
            apt_install postgresql || true
        fi
        postgresql_listens || start_postgresql
        if wait_for 15 postgresql_listens; then
            address="$(find_postgresql)" || { make_postgresql_user && address="$(find_postgresql)"; } || address=
        fi
    fi
    if [ -n "$address" ]; then
        give HYEONDAP_TEST_POSTGRESQL "$address"
    elif [ "$system" = Darwin ]; then
        lacks PostgreSQL 'brew install postgresql@17 && brew services start postgresql@17 && createdb'
    else
        lacks PostgreSQL 'sudo apt-get install postgresql   (or name one: HYEONDAP_TEST_POSTGRESQL=postgresql://...)'
    fi
}

# --- Redis --------------------------------------------------------------------------------------------------------

redis_answers() {
    local reply
    { exec 3<>/dev/tcp/127.0.0.1/6379 && printf 'PING\r\n' >&3 && read -r -t 3 reply <&3; } 2>/dev/null || return 1
    exec 3>&-
    [[ "$reply" == +PONG* ]]
}

start_redis() {
    if [ "$system" = Darwin ] && command -v brew >/dev/null && brew list redis >/dev/null 2>&1; then
        brew services start redis >&2 || true
    elif command -v redis-server >/dev/null; then
        say 'Starting Redis ...'
        redis-server --daemonize yes --bind 127.0.0.1 --port 6379 --save '' --appendonly no --dir /tmp >/dev/null
    fi
}

prepare_redis() {
    if [ -n "${HYEONDAP_TEST_REDIS:-}" ]; then
        give HYEONDAP_TEST_REDIS "$HYEONDAP_TEST_REDIS"
        return
    fi
    if ! redis_answers; then
        command -v redis-server >/dev/null || apt_install redis-server || true
        redis_answers || start_redis
    fi
    if wait_for 10 redis_answers; then
        give HYEONDAP_TEST_REDIS redis://127.0.0.1:6379/0
    elif [ "$system" = Darwin ]; then
        lacks Redis 'brew install redis && brew services start redis'
    else
        lacks Redis 'sudo apt-get install redis-server'
    fi
}

# --- nginx: the program alone, its service is neither wanted nor started ---------------------------------------------

find_nginx() {
    local candidate
    for candidate in "${HYEONDAP_NGINX:-}" nginx /usr/sbin/nginx /opt/homebrew/bin/nginx /usr/local/bin/nginx; do
        if [ -n "$candidate" ] && command -v "$candidate"; then return; fi
    done
    return 1
}

# Debian starts what it installs unless a policy forbids it.
install_nginx() {
    local policy=/usr/sbin/policy-rc.d ours=no
    can_apt || return 1
    if [ ! -e "$policy" ] && as_root sh -c "printf '#!/bin/sh\nexit 101\n' >$policy && chmod 755 $policy"; then ours=yes; fi
    apt_install nginx-light || apt_install nginx || true
    if [ "$ours" = yes ]; then as_root rm -f "$policy"; fi
    if command -v systemctl >/dev/null; then as_root systemctl disable --now nginx >/dev/null 2>&1 || true; fi
}

prepare_nginx() {
    local found
    if ! found="$(find_nginx)"; then
        install_nginx || true
        found="$(find_nginx)" || found=
    fi
    if [ -n "$found" ]; then
        give HYEONDAP_NGINX "$found"
    elif [ "$system" = Darwin ]; then
        lacks nginx 'brew install nginx'
    else
        lacks nginx 'sudo apt-get install nginx-light'
    fi
}

# --- strace: only Linux has it; elsewhere the test that watches system calls is skipped -----------------------------

prepare_strace() {
    [ "$system" = Linux ] || return 0
    command -v strace >/dev/null || apt_install strace || true
    command -v strace >/dev/null || lacks strace 'sudo apt-get install strace'
}

prepare_chromium
prepare_font
prepare_postgresql
prepare_redis
prepare_nginx
prepare_strace

if [ "$missing" = 1 ] && [ "${CI:-}" = true ]; then
    say 'With CI=true nothing may be missing.'
    exit 1
fi
