# Shared by the scripts beside it, by sourcing, usually through common.sh: -h and --help show the comment at the top of the script,
# which says what it does, its options, and an example; what is not understood is refused with status 2.
# shellcheck shell=bash

if [[ "${1:-}" == -h || "${1:-}" == --help ]]; then
    sed -n '2,${ /^#/!q; s/^# \{0,1\}//p }' "$0"
    exit 0
fi

# refuse WHAT: a wrong call; WHAT says what is wrong with it.
refuse() {
    printf '%s: %s. Try --help.\n' "${0##*/}" "$*" >&2
    exit 2
}

# takes_nothing "$@": for scripts without options.
takes_nothing() {
    [[ $# -eq 0 ]] || refuse "$1 is not understood: there are no options"
}
