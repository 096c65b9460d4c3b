#!/bin/sh
# Shows how benchmarks went: a thin front end of `assay trend` under the name that other suites use.
set -eu
# shellcheck disable=SC1091 # checked by itself
. "$(dirname "$0")/front-end.sh"

usage() {
    cat <<'END'
usage: scripts/benchmark-trends.sh [--days N] [OPTION ...] [PATTERN]

Shows every benchmark that was measured in the last N days (default: 30), or
those that the pattern selects: their charts, steps and drifts of that time.

  --days N   how far to look back
  --help     this text

Every other option goes to `assay trend` (--metric=NAME, --json,
--store=FILE); its exit codes are passed on.
END
}

days=30 pattern='*' options=''
while [ $# -gt 0 ]; do
    case $1 in
    --days)
        [ $# -gt 1 ] || wrong "--days needs a value"
        days=$2
        shift
        ;;
    --days=*) days=${1#*=} ;;
    --help | -h)
        usage
        exit 0
        ;;
    -*) options="$options$(quoted "$1")" ;;
    *) pattern=$1 ;;
    esac
    shift
done

assay=$(find_assay)
eval "exec $(quoted "$assay") trend$(quoted "--days=$days")$options$(quoted "$pattern")"
