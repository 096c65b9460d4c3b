# Stores this commit's numbers and modules, and remembers whether it passed.
set -eu
commit=$(git rev-parse HEAD)
assay run --save-baseline "ci-$commit" --overwrite @ONLY@ > assay-ci/run.txt
if [ "$(cat assay-ci/code)" = 0 ] || [ "$ACCEPT" = true ]; then
  assay baseline save "good-$commit" latest --overwrite
fi
assay export --format html > assay-ci/report.html
assay ci push
