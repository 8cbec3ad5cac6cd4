#!/usr/bin/env bash
# Sets up what the Makefile needs: `setup.sh python [--no-dev]` the Python environment, `setup.sh system` the programs the tests drive,
# `setup.sh interop` the foreign programs of `make interop`.
set -euo pipefail
cd "$(dirname "$0")"
SIGSTORE=3.1.1

say() { printf '%s\n' "$*" >&2; }

apt() { # install Debian packages if this user may; say plainly what is missing otherwise
  local as=()
  if [ "$(id -u)" != 0 ]; then
    if sudo -n true 2>/dev/null; then as=(sudo -n); else return 1; fi
  fi
  command -v apt-get >/dev/null || return 1
  "${as[@]}" apt-get update -qq >/dev/null || true
  "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

python_environment() {
  command -v python3 >/dev/null || apt python3 || { say "Python 3.11 or newer is missing. Install it (Debian: apt install python3) and run the command again."; exit 1; }
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { say "Python 3.11 or newer is needed; this is $(python3 --version). Install a newer one and run the command again."; exit 1; }
  local uv
  if command -v uv >/dev/null; then
    uv=$(command -v uv)
  else
    uv=build/tools/bin/uv
    if [ ! -x "$uv" ]; then
      python3 -c 'import ensurepip, venv' 2>/dev/null || apt python3-venv || { say "Python's venv is missing. Install it (Debian: apt install python3-venv) and run the command again."; exit 1; }
      python3 -m venv build/tools
      build/tools/bin/python -m pip install --quiet --disable-pip-version-check uv
    fi
  fi
  # compiled once, here: where Python may not write beside its modules, each of the many short processes would compile all of them again
  UV_PYTHON_DOWNLOADS=never "$uv" sync --quiet --frozen --compile-bytecode --python "$(command -v python3)" "$@"
  .venv/bin/python -m compileall -q -j 0 src
}

system_programs() { # program, Debian package, what is skipped without it
  local missing=() lines=()
  while read -r program package without; do
    if ! command -v "$program" >/dev/null && ! compgen -G "/usr/lib/postgresql/*/bin/$program" >/dev/null && ! compgen -G "/usr/lib/*/$program" >/dev/null; then
      missing+=("$package"); lines+=("  $package: $without")
    fi
  done <<'LIST'
chromium chromium the browser tests are skipped
libatomic.so.1 libatomic1 the browser tests cannot drive the browser
initdb postgresql the PostgreSQL tests are skipped
pdftotext poppler-utils the tests that read PDFs back are skipped
msgfmt gettext the translation tests are skipped
openssl openssl some certificate tests are skipped
ssh-keygen openssh-client the figures beside git are not measured
softhsm2-util softhsm2 the tests with a token are skipped
LIST
  [ ${#missing[@]} = 0 ] && return 0
  say "Installing for the tests: ${missing[*]}"
  apt "${missing[@]}" || { say "These could not be installed here (it takes root, and Debian's packages):"; printf '%s\n' "${lines[@]}" >&2; }
}

interop_programs() { # what `make interop` asks: Go with its library from Debian, Node.js and @sigstore/verify from npm (into build/, never into the repository)
  local missing=()
  command -v go >/dev/null || missing+=(golang-go)
  [ -d /usr/share/gocode/src/golang.org/x/mod/sumdb/tlog ] || missing+=(golang-golang-x-mod-dev)
  command -v node >/dev/null || missing+=(nodejs)
  command -v npm >/dev/null || missing+=(npm)
  if [ ${#missing[@]} != 0 ]; then
    say "Installing for the foreign programs: ${missing[*]}"
    apt "${missing[@]}" || say "These could not be installed here (it takes root, and Debian's packages): ${missing[*]}"
  fi
  if [ ! -f build/interop/npm/node_modules/@sigstore/verify/package.json ]; then
    mkdir -p build/interop/npm
    npm install --prefix build/interop/npm --no-audit --no-fund --loglevel=error "@sigstore/verify@$SIGSTORE" >/dev/null \
      || say "@sigstore/verify could not be installed here (it takes npm, and its registry)"
  fi
}

case "${1:-}" in
  python) shift; python_environment "$@" ;;
  system) system_programs ;;
  interop) interop_programs ;;
  *) say "usage: setup.sh python [--no-dev | --group interop] | system | interop"; exit 2 ;;
esac
