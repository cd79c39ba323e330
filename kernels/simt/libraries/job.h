#pragma once

#include "kernels/simt/executor/stream.h"
#include "simt/launch.h"

#include <type_traits>

namespace simt {

/// Runs compute(job) in stream order, on a fiber: it may neither allocate nor call what ThreadSanitizer
/// intercepts. The job is on the host's stack, which is reused soon, and CUDA does not order that with the
/// stream. So the fiber copies it, ignored by ThreadSanitizer, as a kernel copies its arguments.
template <class Job>
cudaError_t run_job(cudaStream_t stream, const char* name, void (*compute)(const Job&), const Job& job) {
  static_assert(std::is_trivially_copyable_v<Job>);
  struct Call {
    void (*compute)(const Job&);
    Job job;
  };
  const auto work = [](void* argument) {
    begin_ignored_by_tsan();
    const Call call = *static_cast<const Call*>(argument);
    end_ignored_by_tsan();
    call.compute(call.job);
  };
  Call call{compute, job};
  return run_on_stream(stream, name, work, &call);
}

}  // namespace simt
