#!/usr/bin/env bash
# Compiles and links the resources of one module with Debian's aapt2: R.java for the compiler, and resources.ap_ for the tests.
#   resources.sh OUT FRAMEWORK MODULE [LIBRARY...]      MODULE and LIBRARY are folders with src/main/{AndroidManifest.xml,res}
# Maven calls it. FRAMEWORK is an android.jar that aapt2 can read.
set -euo pipefail
out=$1 framework=$2 module=$3
shift 3

if ! command -v aapt2 >/dev/null; then
    printf 'aapt2 is missing. On Debian: apt-get install aapt (scripts/setup does it).\n' >&2
    exit 1
fi

manifest=$module/src/main/AndroidManifest.xml
rm -rf "$out"
mkdir -p "$out/java"

compiled=() packages=()
for folder in "$@" "$module"; do
    if [[ -n "$(find "$folder/src/main/res" -name '*.xml' -print -quit 2>/dev/null)" ]]; then
        name=$(basename "$folder")
        aapt2 compile --dir "$folder/src/main/res" -o "$out/$name.zip"
        compiled+=(-R "$out/$name.zip")
    fi
done
for library in "$@"; do
    packages+=("$(sed -n 's/.* package="\([^"]*\)".*/\1/p' "$library/src/main/AndroidManifest.xml")")
done
extra=()
if [[ ${#packages[@]} -gt 0 ]]; then
    extra=(--extra-packages "$(IFS=:; echo "${packages[*]}")")
fi
# Ids are not final: an app that takes the library numbers them anew.
aapt2 link -I "$framework" --manifest "$manifest" --java "$out/java" "${extra[@]}" --non-final-ids \
    --min-sdk-version 26 --target-sdk-version 34 --version-code 1 --version-name 0.1.0 \
    --auto-add-overlay --output-text-symbols "$out/R.txt" -o "$out/resources.ap_" "${compiled[@]}"
