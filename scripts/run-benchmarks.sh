#!/bin/sh
# Runs benchmarks: a thin front end of `assay run` under the name that other suites use.
set -eu
# shellcheck disable=SC1091 # checked by itself
. "$(dirname "$0")/front-end.sh"

usage() {
    cat <<'END'
usage: scripts/run-benchmarks.sh [OPTION ...] [PATTERN|MODULE ...]

Runs all suites, or what the patterns select, and keeps the results.

  --bench NAME       only this suite or benchmark (may be repeated)
  --stress           the profile `stress`: more and longer launches
  --profile NAME     quick, standard or stress
  --compare RUN      afterwards, compare with an earlier run: its time
                     (20260110-145623), id, label, commit, tag or baseline
  --verbose          print each command before it is run
  --store FILE, --config FILE
                     of the run and of the comparison
  --help             this text

Every other option goes to `assay run`; one with a value is written
--option=value. Exit codes are those of assay; a failed run is not compared.
END
}

# Words for both commands, and for `assay run` alone, each in quotes for eval.
common='' words='' compare='' verbose=''

call() {
    if [ -n "$verbose" ]; then
        echo "+ $assay $*" >&2
    fi
    "$assay" "$@"
}

while [ $# -gt 0 ]; do
    option=${1%%=*}
    case $option in
    --bench | --compare | --profile | --store | --config)
        case $1 in
        *=*) value=${1#*=} ;;
        *)
            [ $# -gt 1 ] || wrong "$1 needs a value"
            value=$2
            shift
            ;;
        esac
        [ -n "$value" ] || wrong "$option needs a value"
        case $option in
        --bench) words="$words$(quoted "$value")" ;;
        --compare) compare=$value ;;
        --profile) words="$words$(quoted "--profile=$value")" ;;
        *) common="$common$(quoted "$option=$value")" ;;
        esac
        ;;
    --stress) words="$words --profile=stress" ;;
    --verbose) verbose=yes ;;
    --help | -h)
        usage
        exit 0
        ;;
    *) words="$words$(quoted "$1")" ;;
    esac
    shift
done

assay=$(find_assay)
if [ -n "$compare" ]; then
    # Looked up now: afterwards `latest`, or a label, would name the new run.
    shown=$(eval "call show --json$common$(quoted "$compare")")
    compare=$(printf '%s\n' "$shown" | sed -n 's/^ *"id": "\([^"]*\)".*/\1/p' | head -n 1)
fi
code=0
eval "call run$common$words" || code=$?
if [ -z "$compare" ] || [ "$code" -ne 0 ]; then
    exit "$code"
fi
echo
eval "call compare$common$(quoted "$compare") latest"
