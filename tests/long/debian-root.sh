# For tests in an empty Debian root; sourced by bash.  They need root, leave to mount and a mirror; say
# what is missing and skip otherwise.  All they change is a folder of their own, which goes when they
# end: mounts and processes live in name spaces that end with them.
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2317  # words for other programs in single quotes; steps are called by name

skip() {
    echo "1..0 # SKIP $*"
    exit 0
}

needs_root() {
    [ "$(id -u)" -eq 0 ] || skip 'an empty root is made by root alone'
    command -v apt-get >/dev/null || skip 'not a Debian system'
    command -v debootstrap >/dev/null || skip 'debootstrap is not installed (package debootstrap)'
    unshare --mount --pid --fork true 2>/dev/null || skip 'no leave to make name spaces'
}

# The first mirror that apt here is configured for, and its release.
find_mirror() {
    read -r mirror release < <(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' \
        'Created-By: Packages' | grep -E '^(https?|file)://?.* [a-z]+$') ||
        skip 'apt has no mirror of Debian'
}

# make_folder GIGABYTES: $folder, which goes when the script ends
make_folder() {
    folder=$(mktemp -d "${TMPDIR:-/var/tmp}/assay-debian-XXXXXX")
    trap 'rm -rf --one-file-system "$folder"' EXIT
    trap 'exit 130' INT TERM
    local free
    free=$(df --output=avail -B1G "$folder" | tail -1)
    [ "$free" -ge "$1" ] || skip "$free GB are free in ${folder%/*}, $1 are needed"
}

# inside COMMAND...: in the root, with mounts and processes that end with the command
inside() {
    timeout --kill-after=10 "${limit_seconds:-7200}" unshare --mount --pid --fork --kill-child bash -c '
        root=$1
        shift
        mount -t proc proc "$root/proc" && mount --rbind /sys "$root/sys" &&
            mount --rbind /dev "$root/dev" &&
            exec chroot "$root" /usr/bin/env -i HOME=/root TERM=dumb LC_ALL=C.UTF-8 CI=true \
                NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt \
                PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"' sh "$folder/root" "$@"
}

number=0
failures=0
# step NAME COMMAND...: a TAP line with the time that it took; the end of its output
step() {
    local name=$1 start=$SECONDS code=0
    shift
    "$@" >"$folder/log" 2>&1 || code=$?
    number=$((number + 1))
    [ $code -eq 0 ] || { grep -a -B 15 '^not ok' "$folder/log" || true; } | head -n 120 | sed 's/^/# /'
    tail -n 25 "$folder/log" | sed 's/^/# /'
    echo "# $((SECONDS - start)) s, $(du -sm "$folder" | cut -f1) MB in all"
    if [ $code -eq 0 ]; then
        echo "ok $number - $name"
    else
        echo "not ok $number - $name"
        failures=$((failures + 1))
    fi
    return 0
}

# What this machine's administrator trusts beside Debian's own, such as a proxy's certificate
trust_the_same() {
    cp -L /usr/local/share/ca-certificates/*.crt "$folder/root/usr/local/share/ca-certificates/" \
        2>/dev/null || return 0
    chroot "$folder/root" update-ca-certificates
}

# An empty root in $folder/root, with the mirrors of apt here.
make_root() {
    debootstrap --variant=minbase --include=ca-certificates "$release" "$folder/root" "$mirror" &&
        rm -f "$folder/root/etc/apt/sources.list" &&
        for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list \
            /etc/apt/sources.list.d/*.sources; do
            [ ! -f "$file" ] || cp "$file" "$folder/root$file" || return
        done &&
        cp -L /etc/resolv.conf /etc/hosts "$folder/root/etc/" &&
        trust_the_same
}

# The end of the TAP output
end() {
    echo "1..$number"
    exit $((failures > 0))
}
