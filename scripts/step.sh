# Sourced by the scripts: runs one step, prints its name first and its duration after.

step() {
    local name=$1 start=$SECONDS
    shift
    printf '\n== %s\n' "$name"
    "$@"
    printf '== %s: %d s\n' "$name" $((SECONDS - start))
}

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}
