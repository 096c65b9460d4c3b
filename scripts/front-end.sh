# shellcheck shell=sh
# Sourced by its sister scripts: what front ends of assay share.

# Prints the program that is driven, or ends with exit code 3.  Looked for: $ASSAY, build/assay here,
# build/assay beside this folder, assay on PATH.
find_assay() {
    for program in "${ASSAY-}" ./build/assay "$(dirname "$0")/../build/assay"; do
        if [ -f "$program" ] && [ -x "$program" ]; then
            echo "$program"
            return 0
        fi
    done
    if ! command -v assay; then
        echo "${0##*/}: no assay in ./build or on PATH; ./dev build makes it, ASSAY=FILE names it" >&2
        exit 3
    fi
}

# A blank and the word in quotes, for eval.
quoted() {
    printf " '%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")"
}

wrong() {
    echo "${0##*/}: $*; see --help" >&2
    exit 2
}
