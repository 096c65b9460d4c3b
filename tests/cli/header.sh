#!/bin/sh
# include/assay.h as its users meet it: four compilers, warnings as errors, the module that comes out,
# and what the barriers become in machine code.  header.sh INCLUDE_FOLDER HOST_PROGRAM; prints TAP.
set -u
include=$1
host=$2
folder=$(mktemp -d /tmp/assay-header-XXXXXX)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
number=0
failures=0

# report NAME STATUS: one TAP line; what the failed command said stands in the file `log`
report() {
    number=$((number + 1))
    if [ "$2" -eq 0 ]; then
        echo "ok $number - $1"
    else
        sed 's/^/# /' log
        echo "not ok $number - $1"
        failures=$((failures + 1))
    fi
}

skip() {
    number=$((number + 1))
    echo "ok $number - $1 # SKIP $2"
}

# expect NAME COMMAND...: the command succeeds
expect() {
    name=$1
    shift
    "$@" >log 2>&1
    report "$name" $?
}

echo '#include <assay.h>' >alone.c
cat >add_bench.c <<'END'
#include <assay.h>
ASSAY_BENCH(add) { ASSAY_LOOP(b) assay_keep(assay_opaque(1) + 2); }
END
cat >fields_bench.c <<'END'
#define ASSAY_SUITE "fields"
#include <assay.h>

static void prepare(struct assay_bench *b)
{
    b->state = assay_alloc(b, 64);
    assay_expect(b, assay_param(b, "n") > 0, "n is %lld", assay_param(b, "n"));
}

ASSAY_BENCH(all, .description = "every field", .sweep = "n=1,2", .setup = prepare, .check = prepare,
            .teardown = prepare, .bytes = 64, .items = 1, .kind = ASSAY_THROUGHPUT,
            .tags = "every field", .samples = 10, .threads = 2, .batch = 100)
{
    double unit = assay_random_unit(b);
    float half = 0.5f;
    const unsigned char *bytes = assay_random_bytes(b, 64);
    ASSAY_LOOP(b)
    {
        assay_keep(assay_opaque(unit) + 1);
        assay_keep(assay_opaque(half));
        assay_keep(assay_opaque(bytes)[0]);
        assay_keep(assay_random_below(b, 5));
    }
    if (unit > 2)
        assay_skip(b, "never");
}

ASSAY_BENCH(second, .bytes = 1)
{
    ASSAY_LOOP(b)
    {
        assay_pause(b);
        assay_resume(b);
        assay_manual_ns(b, 1.5);
        assay_keep(b->iterations);
    }
    assay_metric(b, "hits", "1/op", ASSAY_HIGHER_IS_BETTER, 2);
    assay_quality(b, "recall", assay_threads(b));
    assay_quality_loss(b, "error_rate", assay_thread(b));
}

struct point {
    double x, y;
};

ASSAY_BENCH(inputs, .sweep = "threads=1,2", .threads = ASSAY_SWEPT)
{
    ASSAY_LOOP_WITH(b, uint64_t, input, assay_random(b))
    {
        assay_keep(*input);
    }
}

static struct point point_of(struct assay_bench *b)
{
    struct point made = {assay_random_unit(b), 1};
    return made;
}

ASSAY_BENCH(pointers)
{
    ASSAY_LOOP_WITH(b, const char *, input, assay_param_text(b, "n"))
    {
        assay_keep(*input);
    }
}

ASSAY_BENCH(drops)
{
    double dropped = 0;
    ASSAY_LOOP_WITH_DROP(b, struct point, input, point_of(b), dropped += input->y)
    {
        assay_keep(input->x);
    }
    assay_keep(dropped);
}
END
for file in alone add_bench fields_bench; do
    cp $file.c $file.cpp
done

# Padding, and for C the C89 rule and for C++ what older C++ lacks (which clang also says of __auto_type
# in C), are no concerns of ours; the names of the section's ends are the linker's; the one symbol of a
# module is defined in the header, weak, without a declaration before it.
everything="-Wno-unknown-warning-option -Weverything -Wno-padded -Wno-declaration-after-statement
    -Wno-reserved-identifier -Wno-unsafe-buffer-usage -Wno-missing-variable-declarations
    -Wno-c++98-compat"
everything_cxx="$everything -Wno-c++98-compat -Wno-c++98-compat-pedantic -Wno-c++17-compat
    -Wno-c++20-compat -Wno-c++20-designator -Wno-pre-c++20-compat-pedantic -Wno-old-style-cast
    -Wno-zero-as-null-pointer-constant"
strict="-pedantic -Wall -Wextra -Werror"

# check_warnings COMPILER ENDING FLAG...
check_warnings() {
    compiler=$1
    ending=$2
    shift 2
    for file in alone add_bench fields_bench; do
        for level in -O0 -O3; do
            # -isystem would silence the header
            expect "$compiler $level compiles $file without a warning" \
                "$compiler" "$@" $level -I "$include" -fPIC -c $file."$ending" -o $file.o
        done
    done
}

# check_module COMPILER ENDING FLAG...: what the two-line benchmark becomes
check_module() {
    compiler=$1
    ending=$2
    shift 2
    "$compiler" "$@" -O2 -I "$include" -fPIC -shared -Wl,-z,defs add_bench."$ending" \
        -o add_bench.so >log 2>&1
    report "$compiler links a module without an assay library" $?
    readelf --dyn-syms --wide add_bench.so |
        awk '$7 != "UND" && $6 == "DEFAULT" { print $8 }' >log
    test "$(cat log)" = assay_module
    report "a module of $compiler exports assay_module and nothing else" $?
    nm -D --undefined-only add_bench.so >log
    ! grep -q assay log
    report "a module of $compiler needs no symbol of assay" $?
    printf '%s\n' "load $folder/add_bench.so" list 'open add' 'run iterations=9 slots=2' quit >in
    "$host" 3<in 4>log 2>&1
    awk '{ printf "%s ", $1 }' log | grep -qx 'ok benchmark ok ok slot slot ok ok '
    report "the host runs a module of $compiler" $?
}

cat >barriers.c <<'END'
#include <assay.h>

void kept(int x);
void dropped(int x);
void kept_wide(uint64_t x);
void kept_double(double x);
int opaque_product(void);
int plain_product(void);
double opaque_sum(void);

void kept(int x)
{
    assay_keep(x * 41);
}

void dropped(int x)
{
    int y = x * 41;
    (void)y;
}

void kept_wide(uint64_t x)
{
    assay_keep(x * 41);
}

void kept_double(double x)
{
    assay_keep(x * 41);
}

int opaque_product(void)
{
    return assay_opaque(6) * 7;
}

int plain_product(void)
{
    return 6 * 7;
}

double opaque_sum(void)
{
    return assay_opaque(6.0) + 7.0;
}

ASSAY_BENCH(empty)
{
    ASSAY_LOOP(b)
    {
    }
}

ASSAY_BENCH(full)
{
    ASSAY_LOOP(b) assay_keep(b->iterations * 3);
}
END

# code FUNCTION: its instructions, without addresses and bytes
code() {
    objdump -d --no-show-raw-insn barriers.o |
        awk -v name="<$1>:" '$2 == name { on = 1; next } /^$/ { on = 0 } on && !/nop/' >log
    test -s log
}

# has PATTERN, has_no PATTERN: in the function that `code` has just shown
has() {
    grep -qE "$1" log
}
has_no() {
    ! grep -qE "$1" log
}

# A jump to an address not above its own.
jumps_back() {
    tr -d : <log | awk '
        function number(hex, i, n) {
            for (i = 1; i <= length(hex); i++)
                n = n * 16 + index("0123456789abcdef", substr(hex, i, 1)) - 1
            return n
        }
        $2 ~ /^(j|b$|b\.|cbn?z|tbn?z)/ && $2 !~ /^bl/ {
            for (i = 3; i <= NF; i++)
                if ($i ~ /^[0-9a-f]+$/ && number($i) <= number($1))
                    found = 1
        }
        END { exit !found }'
}

# check_barriers COMPILER LEVEL
check_barriers() {
    with="under $1 $2"
    "$1" -std=c11 "$2" -I "$include" -c barriers.c -o barriers.o >log 2>&1
    report "the barriers compile $with" $?
    product='imul|lea|shl|sal|mul|madd|lsl|add '
    memory='\(%r|\[sp|\[x[0-9]|\[w[0-9]'
    code kept && has "$product"
    report "assay_keep keeps a product $with" $?
    grep -vE '[[:space:]]lea' log >log.2
    mv log.2 log
    has_no "$memory"
    report "assay_keep leaves an integer in its register $with" $?
    code dropped && has_no "$product"
    report "a product without assay_keep is gone $with" $?
    code kept_wide && has "$product" && grep -vE '[[:space:]]lea' log >log.2 && mv log.2 log &&
        has_no "$memory"
    report "assay_keep leaves a 64-bit integer in its register $with" $?
    code kept_double && has 'mulsd|fmul'
    report "assay_keep keeps a product of doubles $with" $?
    code opaque_product && has "$product" && has_no '(0x2a|#42)' && has_no '\(%rsp|\[sp'
    report "assay_opaque is not folded and stays in a register $with" $?
    code plain_product && has '(0x2a|#42|#0x2a)' && has_no "$product"
    report "a product of plain constants is folded $with" $?
    code opaque_sum && has 'addsd|fadd' && has_no '\(%rsp|\[sp'
    report "assay_opaque hides a double in a register $with" $?
    code assay_body_empty && ! jumps_back
    report "a loop without a body is removed $with" $?
    code assay_body_full && jumps_back
    report "a loop with a body is there $with" $?
}

for compiler in gcc clang g++ clang++; do
    if ! command -v $compiler >/dev/null; then
        skip "$compiler takes the header" "$compiler is not installed"
        continue
    fi
    # shellcheck disable=SC2086 # lists of flags
    case $compiler in
    gcc) check_warnings gcc c -std=c11 $strict -Wshadow -Wconversion -Wcast-qual ;;
    clang) check_warnings clang c -std=c11 $strict $everything ;;
    g++) check_warnings g++ cpp -std=c++20 $strict -Wshadow -Wconversion -Wcast-qual ;;
    clang++) check_warnings clang++ cpp -std=c++20 $strict $everything_cxx ;;
    esac
    case $compiler in
    *++) check_module "$compiler" cpp -std=c++20 ;;
    *) check_module "$compiler" c -std=c11 ;;
    esac
done
for compiler in gcc clang; do
    if command -v $compiler >/dev/null && command -v objdump >/dev/null; then
        check_barriers $compiler -O2
        check_barriers $compiler -O3
    else
        skip "the barriers of $compiler" "$compiler or objdump is not installed"
    fi
done
echo "1..$number"
test $failures -eq 0
