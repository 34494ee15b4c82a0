# What makes the library small enough for phones; sourced by the scripts that build it, after common.sh. docs/adr/0014 says what
# each of it saves. Nothing of this changes what a call does.
# shellcheck shell=bash

# SQLite without what no store of ours asks for: full text, R-trees, JSON, the planner's samples, extensions loaded from files.
export LIBSQLITE3_FLAGS="-USQLITE_ENABLE_FTS3 -USQLITE_ENABLE_FTS3_PARENTHESIS -USQLITE_ENABLE_FTS5 -USQLITE_ENABLE_RTREE \
-USQLITE_ENABLE_JSON1 -DSQLITE_OMIT_JSON -USQLITE_ENABLE_STAT4 -USQLITE_ENABLE_DBSTAT_VTAB -USQLITE_ENABLE_COLUMN_METADATA \
-USQLITE_SOUNDEX -USQLITE_ENABLE_LOAD_EXTENSION -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_OMIT_DEPRECATED -DSQLITE_OMIT_TRACE"
# The reader of codes without other kinds of codes; see there.
export CMAKE="$PWD/scripts/phone-cmake"

# phone_library TARGET [RUSTC_ARGUMENT...]: the shared library for an ELF target, at target/TARGET/size/libskilling_ffi.so, not yet
# stripped. PHONE_LINKER names the compiler that links it, `cc` without.
phone_library() {
    local target=$1
    shift
    # Only the shared library: with others beside it, what those export is kept in this one too.
    # No tables of unwinding for C: no panic of Rust passes through SQLite.
    # Everything must be found while linking: a symbol that is missing would be missed on the phone.
    env "CFLAGS_${target//-/_}=-fno-asynchronous-unwind-tables -fno-unwind-tables" \
        cargo rustc --locked --package skilling-ffi --lib --crate-type cdylib --profile size --target "$target" -- \
        -C "linker=$PWD/scripts/phone-linker" -C link-arg=-Wl,-z,defs "$@"
}
