#pragma once

#include "simt/runtime_types.h"

namespace simt {

/// Runs work(argument) as one device thread in the stream's order, as a 1x1 kernel called `name` would: this
/// is how the stand-ins of CUDA's libraries do theirs. What goes wrong in it is reported as for a kernel.
cudaError_t run_on_stream(cudaStream_t stream, const char* name, void (*work)(void*), void* argument);

}  // namespace simt
