#!/bin/sh
# A benchmark walks through every stage.  usage: run.sh ASSAY SUITE_MODULE TROUBLE_MODULE
set -u
assay=$(realpath "$1") suite=$(realpath "$2") trouble=$(realpath "$3") number=0 code=0
folder=$(mktemp -d) && cd "$folder" && trap 'rm -rf "$folder"' EXIT

# ok SENTENCE COMMAND...: one line of TAP
ok() {
    sentence=$1 number=$((number + 1)) && shift
    "$@" >/dev/null 2>&1 && echo "ok $number - $sentence" && return
    echo "not ok $number - $sentence" && code=1
}
"$assay" run --launches 3 --samples 5 "$suite" >table
ok 'a good run exits with 0' test $? -eq 0
ok 'the table has time, interval and rate' \
    grep -Eq '^checksum/crc32c +[0-9.]+ [num]s +\+- *[0-9.]+ % +[0-9.]+ [kMG]B/s' table
ok 'its rows fit 80 columns' test -z "$(sed '$d' table | grep -E '.{81}')"
"$assay" show >shown
ok 'the store gives back what was printed' test "$(cat shown)" = "$(sed '$d' table)"
ok 'summary.json has 15 samples' grep -q '"sample_count": 15' benchmark-results/*/summary.json
ok 'report.html draws each sample' test "$(grep -c '<circle' benchmark-results/*/report.html)" = 15
"$assay" run --launches 1 --samples 1 --time-limit 2 "$trouble" "$suite" nothing.so >table 2>&1
ok 'a failed benchmark makes exit code 3' test $? -eq 3
ok 'a crash is a failed row' grep -q 'trouble/crash .* ended by signal 6' table
ok 'a hang is a failed row' grep -q 'trouble/hang .* still running after its time limit' table
ok 'garbage is a failed row' grep -q "trouble/garbage .* broke the protocol .* 'hey'" table
ok 'an empty loop is a failed row' grep -q 'trouble/removed .* optimized out' table
ok 'assay_fail is a failed row' grep -q 'trouble/wrong .* got <4>, want 5' table
ok 'assay_skip is a skipped row' grep -q 'trouble/absent .* skipped: no engine' table
ok 'a missing module is a failed row' grep -q 'nothing.so .* cannot open' table
ok 'the others go on' grep -q '^checksum/crc32c .*B/s' table
ok 'the page escapes foreign text' grep -q 'got &#60;4&#62;' benchmark-results/*/report.html
"$assay" show no-such-run 2>/dev/null
ok 'an unknown run is a usage error' test $? -eq 2
echo "1..$number" && exit $code
