# Measures this commit against the best earlier one: exit code 0 good, 1 worse, 4 undecided.
set -eu
mkdir -p assay-ci
assay ci fetch
# The main branch is held to what last passed, a pull request to the commit it starts from.
if [ "$MAIN" = true ]; then good=--good; else good=; fi
base=$(assay ci baseline $good)
measure() {
  code=0
  assay gate "$@" --json @ONLY@ > assay-ci/gate.json || code=$?
}
if [ -n "$base" ]; then
  measure --baseline "$base" --across-machines
  # Too noisy to tell: once more, for longer.
  [ "$code" -ne 4 ] || measure --baseline "$base" --across-machines -l 80 -t 100ms
else
  # Nothing was measured before: targets alone, if there are any.
  assay list @ONLY@ > assay-ci/list.txt # a mistake in assay.yaml ends the job here
  measure --targets
  case $code in 2 | 4)
    code=0
    echo '{"schema": "assay.compare/1", "rows": []}' > assay-ci/gate.json
    ;;
  esac
fi
echo "$code" > assay-ci/code
case $code in 0 | 1 | 4) ;; *) exit "$code" ;; esac
