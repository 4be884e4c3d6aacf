# Which clang: read by the other tools with "." and good for nothing alone.
# shellcheck shell=bash

clang_versions='22 21 20 19 18 17 16 15 14'

# has PROBE…: each is a command, or a path that may hold wildcards.
has() {
    local probe
    for probe; do
        case $probe in
        */*) compgen -G "$probe" >/dev/null || return 1 ;;
        *) command -v "$probe" >/dev/null || return 1 ;;
        esac
    done
}

# The newest clang here that has all it takes to compile a C guest.
guest_clang() {
    local n
    for n in $clang_versions; do
        if has "clang-$n" "wasm-ld-$n" \
            "/usr/lib/llvm-$n/lib/clang/*/lib/*wasi*/libclang_rt.builtins*.a"; then
            echo "$n"
            return
        fi
    done
    return 1
}

# newest TOOL: the newest TOOL-N here, else TOOL itself.
newest() {
    local n
    for n in $clang_versions; do
        command -v "$1-$n" && return
    done
    command -v "$1"
}
