#!/bin/sh
# Compares two releases: a thin front end of `assay compare` under the name that other suites use.
set -eu
# shellcheck disable=SC1091 # checked by itself
. "$(dirname "$0")/front-end.sh"

usage() {
    cat <<'END'
usage: scripts/compare-releases.sh OLD NEW [PATTERN|OPTION ...]

Builds both releases, each in a worktree of its own, with the command under
`build` in assay.yaml, and measures them against each other, paired. OLD and
NEW are tags, branches or commits; `worktree` is the working tree as it is.
What follows goes to `assay compare`: patterns choose benchmarks, --json,
--margin, --bisect and so on are its options. Exit codes are those of assay.

  scripts/compare-releases.sh v1.0.0 v1.1.0
  scripts/compare-releases.sh v1.0.0 HEAD text/levenshtein --bisect

ASSAY=FILE names the program; else it is build/assay here or beside this
folder, else the one on PATH.
END
}

case ${1-} in
--help | -h)
    usage
    exit 0
    ;;
esac
[ $# -ge 2 ] || wrong "wants two releases: OLD NEW"
for release in "$1" "$2"; do
    case $release in
    -*) wrong "'$release' is no release: options come after OLD and NEW" ;;
    '') wrong "a release without a name" ;;
    esac
done
program=$(find_assay)
exec "$program" compare --build "$@"
