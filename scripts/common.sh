# Shared by the scripts beside it, by sourcing: shows help, goes to the top folder, finds cargo, prints headings, takes times.
# shellcheck shell=bash

# Before the folder changes: the script is found by the name that it was called by.
source "$(dirname "${BASH_SOURCE[0]}")/help.sh"

cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Rust from rustup is often installed but not on the PATH of the first shell.
cargo_bin="${CARGO_HOME:-$HOME/.cargo}/bin"
if [[ -d "$cargo_bin" && ":$PATH:" != *":$cargo_bin:"* ]]; then
    PATH="$cargo_bin:$PATH"
fi

if [[ -t 1 && -z "${NO_COLOR:-}" ]]; then
    bold=$'\e[1m' plain=$'\e[0m'
else
    bold='' plain=''
fi

# Where cargo puts what it builds.
target_dir="${CARGO_TARGET_DIR:-target}"

heading() {
    printf '\n%s== %s%s\n' "$bold" "$*" "$plain"
}

# timed NAME COMMAND...: a heading, the command itself, the command's run, and how long it took.
# What was timed is kept for `show_times`.
times=()
timed() {
    local name="$1" start=$SECONDS took
    shift
    heading "$name"
    printf '   %s\n' "$*"
    "$@"
    took=$((SECONDS - start))
    times+=("$(printf '%5d s  %s' "$took" "$name")")
    printf '   done in %d s\n' "$took"
}

show_times() {
    heading "How long it took"
    printf '%s\n' "${times[@]}"
}
