#!/usr/bin/env bash
# Measures how long a user waits, on a clean clone with the packages present: the first example, then all tests; and what a
# contributor waits for after touching a kernel, and after touching the header that everything includes.
# usage: tests/benchmarks/build_times.sh [DIRECTORY]    (an empty one, for the clone; a temporary one by default)
set -euo pipefail
source=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
clone=${1:-$(mktemp -d)}
git clone --quiet "$source" "$clone"
cd "$clone"
printf '%s, %s processors, commit %s\n' "$(grep -m1 'model name' /proc/cpuinfo | sed 's/.*: //')" "$(nproc)" "$(git rev-parse --short HEAD)"

# measure LABEL GOAL COMMAND...
measure() {
    local label=$1 goal=$2 start=$SECONDS
    shift 2
    "$@" >>build_times.log 2>&1 || { printf '%s failed:\n' "$label"; tail -n 40 build_times.log; exit 1; }
    printf '%4d s  (goal %3d)  %s\n' $((SECONDS - start)) "$goal" "$label"
}

measure 'clone to a trained XOR: ./tito run xor_network' 180 ./tito run xor_network
measure 'then ./tito test' 240 ./tito test
tail -n 1 build_times.log
echo '// touched' >>kernels/cpu/activation.cpp
measure 'a touched CPU kernel file to its tests' 30 ./tito test -k softmax
echo '// touched' >>kernels/cuda/softmax.cu
measure 'a touched CUDA kernel file to its tests' 30 ./tito test --backend cuda -k softmax
echo '// touched' >>core/ops/internal/check.h
measure "a touched header of the library's sources, to a build of everything" 120 cmake --build build/emulated
echo '// touched' >>core/tensor.h
measure 'the touched header that everything includes, likewise' 120 cmake --build build/emulated
