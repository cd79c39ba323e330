#!/bin/sh
# Runs TinyTorch's tests on the GPU of this machine: all test programs, then compute-sanitizer's memcheck and racecheck on the
# CUDA tests if it is installed, then the benchmarks; within eight minutes. Writes report.txt into its directory.
#
# Exit code: 0 all passed, 1 a test failed or took too long, 2 nothing could be run: no driver, or a library is missing.
set -eu
here=$(cd -- "$(dirname -- "$0")" && pwd)
cd "$here"
report=$here/report.txt

cannot_run() {
    printf 'run.sh: %s\n' "$*" >&2
    exit 2
}

has_driver() { [ -e /dev/nvidiactl ] || [ -e /dev/dxg ]; }

# The directories in which a toolkit or Python packages have CUDA's libraries.
library_directories() {
    echo "${LD_LIBRARY_PATH-}" | tr ':' '\n'
    for directory in "${CUDA_HOME:-/usr/local/cuda}"/lib64 "${CUDNN_ROOT-}"/lib /usr/local/cuda*/lib64 /usr/lib/x86_64-linux-gnu \
        /opt/*/.venv/lib/python3*/site-packages/nvidia/*/lib /usr/local/lib/python3*/*-packages/nvidia/*/lib \
        "${VIRTUAL_ENV-/nowhere}"/lib/python3*/site-packages/nvidia/*/lib "${CONDA_PREFIX-/nowhere}"/lib \
        "${HOME-/nowhere}"/.local/lib/python3*/site-packages/nvidia/*/lib; do
        if [ -d "$directory" ]; then echo "$directory"; fi
    done
}

directory_of() {
    library_directories | while IFS= read -r directory; do
        if [ -e "$directory/$1" ]; then
            echo "$directory"
            break
        fi
    done
}

has_driver || cannot_run 'there is no NVIDIA driver on this machine (no /dev/nvidiactl and no /dev/dxg)'
path=$here/lib
while IFS= read -r library; do
    directory=$(directory_of "$library")
    [ -n "$directory" ] || cannot_run "$library was not found; set LD_LIBRARY_PATH to the directory that has it"
    case :$path: in *":$directory:"*) ;; *) path=$path:$directory ;; esac
done <needed.txt
export LD_LIBRARY_PATH="$path${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
export TINYTORCH_SOURCE_DIR="$here/source"

started=$(date +%s)
failed=0
# step TITLE SECONDS COMMAND...: runs it within the time, and into the report.
step() {
    title=$1 seconds=$2
    shift 2
    printf '\n=== %s (at %d s)\n' "$title" $(($(date +%s) - started))
    code=0
    timeout "$seconds" "$@" || code=$?
    if [ "$code" -ne 0 ]; then
        failed=1
        if [ "$code" -eq 124 ]; then echo "$title: took more than $seconds s"; else echo "$title: exit code $code"; fi
    fi
}

all_steps() {
    date -u
    if command -v nvidia-smi >/dev/null; then
        nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv || echo "nvidia-smi failed with code $?"
    fi
    echo "libraries: $path"
    step 'tests' 240 ./tito test --backend cuda
    step 'XOR' 20 examples/xor_network/xor_network --backend cuda
    if command -v compute-sanitizer >/dev/null; then
        for tool in memcheck racecheck; do
            step "compute-sanitizer, $tool" 70 compute-sanitizer --tool "$tool" --error-exitcode 9 tests/test_cuda --backend cuda --gtest_brief=1
        done
    else
        printf '\n=== compute-sanitizer is not installed: left out\n'
    fi
    step 'benchmarks' 60 tests/benchmarks --backend cuda -k 'step|^(matmul|conv2d|softmax|layer_norm) '
    printf '\n=== %s, in %d s\n' "$([ "$failed" -eq 0 ] && echo 'all passed' || echo 'FAILED')" $(($(date +%s) - started))
    return "$failed"
}

# The exit code of a function in a pipeline is lost: it is the last line of the report.
{ all_steps && echo 'exit code 0' || echo 'exit code 1'; } 2>&1 | tee "$report"
[ "$(tail -n 1 "$report")" = 'exit code 0' ]
