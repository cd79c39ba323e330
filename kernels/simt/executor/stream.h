#pragma once

#include "simt/runtime_types.h"

namespace simt {

/// Runs work(argument) on one device thread in stream order, as a kernel called `name` with one thread. The
/// stand-ins for CUDA's libraries run their work so; faults are reported as for a kernel.
cudaError_t run_on_stream(cudaStream_t stream, const char* name, void (*work)(void*), void* argument);

}  // namespace simt
