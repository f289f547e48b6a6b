# Sourced by `run`: its parts. Each leaves `outcome` at ok, or says skipped, stopped or failed, and why.
# shellcheck shell=bash disable=SC2154

# Arguments of size and time, into `size`; the largest size is 2^$1.
sized() {
    if [[ -n $quick ]]; then
        size=(--quick)
    else
        size=(--seconds-per-row "$seconds_per_row" --max-exp "${1:-$max_exp}")
    fi
}

# Arguments of the adapter, into `on`.
placed() {
    on=()
    if [[ -n $adapter ]]; then
        on=(--adapter "$adapter")
    fi
}

# The end of the part as an argument, into `ends`, for commands that can be told it: they say which rows they leave out.
ending() {
    ends=()
    if [[ $("$@" --help 2>/dev/null) == *--deadline* ]]; then
        ends=(--deadline $(($(left) * 93 / 100)))
    fi
}

# True if a program of ours or of the portable peers was carried.
has() {
    if [[ ! -x $here/bin/$1 ]]; then
        skip "$1: it was not carried"
        return 1
    fi
}

part_facts() {
    has gpu || return 0
    sized
    placed
    ending "$here/bin/gpu" facts
    bounded "$log" "$here/bin/gpu" facts --out "$record/facts.csv" --environment "$record/environment/vulkan.txt" \
        "${on[@]}" "${size[@]}" "${ends[@]}"
}

# Without a GPU the example compares what there is: here that is a failure.
part_same_bits() {
    local to=$record/same_bits.txt
    has same_bits || return 0
    placed
    [[ -z $quick ]] || on+=(--n 200001)
    bounded "$to" "$here/bin/same_bits" "${on[@]}"
    cat "$to"
    if grep -q 'no gpu and split rows' "$to"; then
        outcome=failed
        say "failed: same_bits: no GPU took part"
    fi
}

part_measure() {
    has gpu || return 0
    sized
    placed
    ending "$here/bin/gpu" measure
    bounded "$log" "$here/bin/gpu" measure --out "$record/tilewright.csv" "${on[@]}" "${size[@]}" "${ends[@]}"
}

# Compiles CUB's program with nvcc $1 to $2 for this GPU; where it cannot tell which, for Hopper.
compile_cub() {
    local nvcc=$1 to=$2
    shift 2
    rm -f "$to"
    timeout -k 5 "$(left)" "$nvcc" -O3 -std=c++17 -arch=native "$@" "$here/cub/cub.cu" -o "$to" >"$to.log" 2>&1 ||
        timeout -k 5 "$(left)" "$nvcc" -O3 -std=c++17 -arch=sm_90 "$@" "$here/cub/cub.cu" -o "$to" >>"$to.log" 2>&1
}

# Runs program $1, with rows to $2: its own checks first, then whether it has a device.
run_cub() {
    local program=$1 rows=$2 status=0
    shift 2
    if [[ ! -x $program ]]; then
        outcome=failed
        say "failed: nvcc: see the log"
        cat "$program.log" >>"$log"
        return 0
    fi
    bounded "$log" "$program" --self-test
    timeout -k 5 30 "$program" --max-exp 0 --min-exp 0 --filter open --out "$program.csv" 2>"$program.log" || status=$?
    if ((status == 2)); then
        skip "$(tail -n 1 "$program.log")"
        return 0
    fi
    sized
    ending "$program"
    bounded "$log" "$program" --out "$rows" "${size[@]}" "${ends[@]}" "$@"
}

part_cub() {
    local nvcc version end build=$here/build carried=''
    nvcc=$(command -v nvcc || printf '/usr/local/cuda/bin/nvcc')
    if [[ ! -x $nvcc ]]; then
        skip "cub: there is no nvcc"
        return 0
    fi
    mkdir -p "$build"
    if compgen -G "$here/cccl/*.whl" >/dev/null; then
        python3 -m zipfile -e "$here"/cccl/*.whl "$build/cccl"
        carried=$(find "$build/cccl" -path '*/cub/version.cuh' | head -n 1)
        carried=${carried%/cub/version.cuh}
        compile_cub "$nvcc" "$build/cub-carried" -I "$carried" -DONLY_DETERMINISM &
    fi
    compile_cub "$nvcc" "$build/cub" || true
    wait
    end=$part_end
    say "cub: compiled, $(left) s are left"
    [[ -z $carried ]] || part_end=$((SECONDS + $(left) * 65 / 100))
    run_cub "$build/cub" "$record/cub.csv" --environment "$record/environment/cub.txt"
    part_end=$end
    if [[ -n $carried && $outcome != skipped ]]; then
        version=$(grep -oE 'define CUB_VERSION [0-9]+' "$carried/cub/version.cuh" | grep -oE '[0-9]+')
        run_cub "$build/cub-carried" "$record/cub-carried.csv" \
            --system "cub $((version / 100000)).$((version / 100 % 1000))"
    fi
}

part_frameworks() {
    if ! python3 -c 'import numpy' 2>/dev/null; then
        skip "frameworks: there is no python3 with numpy"
        return 0
    fi
    bounded "$log" python3 "$here/frameworks/frameworks.py" --self-test
    # Each size is compiled for itself, so that every fourth power has to do.
    sized $((max_exp < 28 ? max_exp : 28))
    ending python3 "$here/frameworks/frameworks.py"
    bounded "$log" python3 "$here/frameworks/frameworks.py" --step 4 --out "$record/frameworks.csv" \
        --environment "$record/environment/frameworks.txt" "${size[@]}" "${ends[@]}"
}

part_portable() {
    has portable || return 0
    sized
    ending "$here/bin/portable"
    # One by one: if one of them breaks, the rows of the other stay.
    local end=$part_end
    part_end=$((SECONDS + $(left) / 2))
    bounded "$log" "$here/bin/portable" --system cubecl --out "$record/cubecl.csv" "${size[@]}" "${ends[@]}"
    part_end=$end
    bounded "$log" "$here/bin/portable" --system massively --out "$record/massively.csv" "${size[@]}" "${ends[@]}"
}

# Each function by itself in a share of the time, since the program writes its rows when it is through.
part_crossover() {
    local i to end=$part_end options=(--min-exp 16 --max-exp 26 --step 2 --seconds 0.5)
    local functions=(saxpy sum 'inclusive scan' black-scholes)
    has planner_lab || return 0
    placed
    # In a folder of their own: these are no rows for the report.
    mkdir "$record/crossover"
    [[ -z $quick ]] || options=(--min-exp 14 --max-exp 14 --quick)
    for i in "${!functions[@]}"; do
        to=$record/crossover/${functions[i]// /-}
        part_end=$((SECONDS + (end - SECONDS) / (${#functions[@]} - i)))
        bounded "$to.txt" "$here/bin/planner_lab" crossover "${options[@]}" "${on[@]}" --function "${functions[i]}" --csv "$to.csv"
        [[ ! -f $to.txt ]] || cat "$to.txt"
    done
}

part_tune() {
    has gpu || return 0
    if ! grep -qE '^ +tune\b' <<<"$("$here/bin/gpu" --help)"; then
        skip "tune: this build has no such mode"
        return 0
    fi
    local end=$part_end options=()
    placed
    [[ -z $quick ]] || options=(--quick)
    # What it chooses is measured too, at the size of the bars, as rows of their own.
    part_end=$((SECONDS + $(left) * 4 / 5))
    ending "$here/bin/gpu" tune
    bounded "$log" "$here/bin/gpu" tune --out "$record/tune" "${on[@]}" "${options[@]}" "${ends[@]}"
    part_end=$end
    [[ -f $record/tune/tuning.json ]] || return 0
    cat "$record/tune/tuning.txt"
    [[ -n $quick ]] || options=(--seconds-per-row "$seconds_per_row" --min-exp "$((max_exp < 28 ? max_exp : 28))")
    [[ -n $quick ]] || options+=(--max-exp "$((max_exp < 28 ? max_exp : 28))")
    ending "$here/bin/gpu" measure
    bounded "$log" "$here/bin/gpu" measure --tuning "$record/tune/tuning.json" --out "$record/tuned.csv" "${on[@]}" \
        "${options[@]}" "${ends[@]}"
}

part_report() {
    has gpu || return 0
    bounded "$record/report.txt" "$here/bin/gpu" report "$record"
    cat "$record/report.txt"
}
