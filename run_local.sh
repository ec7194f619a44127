#!/usr/bin/env bash
# Run Dateline from a clone: makes its own virtual environment (.venv) from the lock file, then
#
#   ./run_local.sh                          the whole job over samples/archive, tables in ./lake
#   ./run_local.sh PATH... [--lake DIR]     the same over your own files (any option of `dateline run`)
#   ./run_local.sh test [PYTEST OPTIONS]    the test suite
#   ./run_local.sh compile                  compile the event coder, whatever was done about it before
#
# Needs Python 3.10 to 3.13 with venv; PYTHON=/path/to/python3.12 chooses one. Where there is a C compiler, the first run
# compiles the event coder: half its time, the same tables. DATELINE_PURE=1 does without.
set -eu

cd_back=$PWD
here=$(cd "$(dirname "$0")" && pwd)
venv="$here/.venv"

fail() {
    printf 'run_local.sh: %s\n' "$1" >&2
    exit 2
}

find_python() {
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.10; do
        if command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

# install LOCK STAMP: bring the environment to what the lock file says, unless the stamp says it is there
install() {
    wanted=$(cat "$here/$1" "$here/pyproject.toml" | cksum)
    if [ -x "$venv/bin/dateline" ] && [ "$(cat "$venv/$2" 2>/dev/null)" = "$wanted" ]; then
        return 0
    fi
    if [ ! -x "$venv/bin/python" ]; then
        python=$(find_python) || fail "no Python 3.10 to 3.13 was found; install one (Debian: apt install python3 python3-venv) or set PYTHON"
        printf 'Making a virtual environment in %s with %s\n' "$venv" "$("$python" --version)"
        if ! "$python" -m venv "$venv" >/dev/null 2>&1; then
            rm -rf "$venv"
            fail "$python cannot make a virtual environment; install its venv package (Debian and Ubuntu: apt install python3-venv)"
        fi
    fi
    printf 'Installing what %s lists (once; a few minutes) ...\n' "$1"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$here/$1" ||
        fail "installing from $1 failed; see the message above"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable "$here" ||
        fail "installing Dateline itself failed; see the message above"
    printf '%s\n' "$wanted" >"$venv/$2"
}

# compile: put compiled modules beside the sources; returns 2 where there is nothing to do it with, 1 where it went wrong
compile() {
    include=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("include"))')
    if ! command -v "${CC:-cc}" >/dev/null 2>&1 || [ ! -f "$include/Python.h" ]; then
        printf 'The event coder stays uncompiled: no C compiler or no Python.h was found (Debian: apt install gcc python3-dev).\n'
        return 2
    fi
    printf 'Compiling the event coder (once; about a minute) ...\n'
    if ! (cd "$here" && "$venv/bin/python" setup.py --quiet build_ext --inplace) >"$venv/compile.log" 2>&1; then
        printf 'It stays uncompiled, which changes nothing but its speed; see %s.\n' "$venv/compile.log"
        return 1
    fi
}

sources() {
    (cd "$here" && cat setup.py schemas/*.py transforms/*.py transforms/*/*.py | cksum)
}

# compile_once: the same, unless it was done or tried with these sources
compile_once() {
    [ "${DATELINE_PURE:-}" = 1 ] && return
    [ "$(cat "$venv/.stamp-compiled" 2>/dev/null)" = "$(sources)" ] && return
    compile || :
    sources >"$venv/.stamp-compiled"
}

if [ "${1:-}" = test ]; then
    shift
    install requirements-dev.lock .stamp-dev
    cd "$here"
    exec "$venv/bin/python" -m pytest "$@"
fi

if [ -f "$venv/.stamp-dev" ] && [ "$(cat "$venv/.stamp-dev")" = "$(cat "$here/requirements-dev.lock" "$here/pyproject.toml" | cksum)" ]; then
    : # the developer's environment holds everything a run needs
else
    install requirements.lock .stamp
fi
if [ "${1:-}" = compile ]; then
    compile
    sources >"$venv/.stamp-compiled"
    exit
fi
compile_once

has_lake=
has_input=
for argument in "$@"; do
    case $argument in
    --lake | --lake=*) has_lake=1 ;;
    esac
done
case ${1:-} in
'' | --*) ;;
*) has_input=1 ;;
esac

if [ $# -eq 0 ] || [ -z "$has_input" ]; then
    set -- "$here/samples/archive" "$@"
fi
if [ -z "$has_lake" ]; then
    set -- "$@" --lake "$cd_back/lake"
fi
exec "$venv/bin/dateline" run --examples "$@"
