#pragma once

#include "kernels/simt/executor/stream.h"
#include "simt/launch.h"

#include <type_traits>

namespace simt {

/// Runs compute(job) in the stream's order. It runs on a fiber: it may neither allocate nor call what
/// ThreadSanitizer intercepts.
/// The job is on the host's stack, where the host soon writes other things, and nothing of CUDA's orders that
/// with the stream. So the fiber takes a copy, unwatched, as a kernel gets copies of its arguments.
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
