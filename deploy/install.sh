#!/usr/bin/env bash
# Put an engine where Dateline looks for it: ~/.cache/dateline/NAME (or below $XDG_CACHE_HOME).
#
#   deploy/install.sh flink|spark|kafka     from Maven Central; needs Maven and a Java (46 to 300 MB)
#   deploy/install.sh prism                 from the Go module proxy; needs Go (some minutes of compiling)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
name=${1:-}
target=${XDG_CACHE_HOME:-$HOME/.cache}/dateline/$name

fail() {
    printf 'install.sh: %s\n' "$1" >&2
    exit 2
}

case $name in
flink | spark | kafka)
    command -v mvn >/dev/null 2>&1 || fail "Maven was not found; install it (Debian: apt install maven)"
    # The jar is made last, of parts that are complete by then, so a jar that is there works.
    mvn -q -B -f "$here/$name/pom.xml" package -Dtarget="$target" || fail "Maven could not fetch $name; see above"
    ;;
prism)
    command -v go >/dev/null 2>&1 || fail "Go was not found; install it (Debian: apt install golang)"
    version=$(sed -n 's/.*"apache-beam==\([0-9.]*\)\.\*".*/\1/p' "$here/../pyproject.toml")
    mkdir -p "$target"
    GOBIN=$target go install "github.com/apache/beam/sdks/v2/go/cmd/prism@v$version.0" ||
        fail "Go could not build Prism; see above"
    ;;
*)
    fail "name one of flink, spark, kafka, prism"
    ;;
esac
printf '%s is in %s\n' "$name" "$target"
