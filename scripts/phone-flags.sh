# What makes the library small enough for phones; sourced by the scripts that build it, after common.sh. docs/adr/0014 says what
# each of it saves. Nothing of this changes what a call does.
# shellcheck shell=bash

# SQLite without what no store of ours asks for: full text, R-trees, JSON, the planner's samples, extensions loaded from files,
# caches shared between connections, databases as bytes, callbacks of progress and authorization. And without its checks
# whether it is called wrongly, and figures of memory: rusqlite calls it.
export LIBSQLITE3_FLAGS="-USQLITE_ENABLE_FTS3 -USQLITE_ENABLE_FTS3_PARENTHESIS -USQLITE_ENABLE_FTS5 -USQLITE_ENABLE_RTREE \
-USQLITE_ENABLE_JSON1 -DSQLITE_OMIT_JSON -USQLITE_ENABLE_STAT4 -USQLITE_ENABLE_DBSTAT_VTAB -USQLITE_ENABLE_COLUMN_METADATA \
-USQLITE_SOUNDEX -USQLITE_ENABLE_LOAD_EXTENSION -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_OMIT_DEPRECATED -DSQLITE_OMIT_TRACE \
-USQLITE_ENABLE_API_ARMOR -USQLITE_ENABLE_MEMORY_MANAGEMENT -DSQLITE_DEFAULT_MEMSTATUS=0 -DSQLITE_OMIT_DECLTYPE \
-DSQLITE_OMIT_PROGRESS_CALLBACK -DSQLITE_OMIT_SHARED_CACHE -DSQLITE_OMIT_AUTHORIZATION -DSQLITE_OMIT_DESERIALIZE \
-DSQLITE_OMIT_COMPILEOPTION_DIAGS"
# The reader of codes without other kinds of codes; see there.
export CMAKE="$PWD/scripts/phone-cmake"

# phone_library TARGET [RUSTC_ARGUMENT...]: the shared library for an ELF target, at target/TARGET/size/libskilling_ffi.so, not yet
# stripped. PHONE_LINKER names the compiler that links it, `cc` without.
phone_library() {
    local target=$1
    shift
    # Paths of sources, which panics tell, without this machine's folders.
    local sources flags=()
    for sources in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*/ "$PWD/"; do
        flags+=("--remap-path-prefix=$sources=")
    done
    # With frame pointers the tables of unwinding are a third smaller. Other processors have them anyway, or tables of another kind.
    [[ "$target" != x86_64-* ]] || flags+=(-Cforce-frame-pointers=yes)
    # Only the shared library: with others beside it, what those export is kept in this one too.
    # No tables of unwinding for C: no panic of Rust passes through SQLite.
    # Everything must be found while linking: a symbol that is missing would be missed on the phone.
    env CARGO_ENCODED_RUSTFLAGS="$(IFS=$'\x1f' && printf '%s' "${flags[*]}")" "CFLAGS_${target//-/_}=-Oz -fomit-frame-pointer -fno-asynchronous-unwind-tables -fno-unwind-tables" \
        cargo rustc --locked --package skilling-ffi --lib --crate-type cdylib --profile size --target "$target" -- \
        -C "linker=$PWD/scripts/phone-linker" -C link-arg=-Wl,-z,defs "$@"
}
