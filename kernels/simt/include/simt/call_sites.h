#pragma once

#include "simt/runtime_api.h"
#include "simt/site.h"

// The host's synchronizing calls record where they are called from, so that SIMT_OMIT can leave one out.
namespace simt {

/// Records the source location of the call that this thread makes next.
void set_call_site(Site at);

/// Records the location and returns the argument of the call, which it wraps.
template <class T>
T with_call_site(Site at, T argument) {
  set_call_site(at);
  return argument;
}

}  // namespace simt

#define SIMT_WITH_CALL_SITE(argument) ::simt::with_call_site(::simt::Site::current(), argument)
#define cudaStreamSynchronize(stream) cudaStreamSynchronize(SIMT_WITH_CALL_SITE(stream))
#define cudaStreamWaitEvent(stream, ...) cudaStreamWaitEvent(SIMT_WITH_CALL_SITE(stream), __VA_ARGS__)
#define cudaEventSynchronize(event) cudaEventSynchronize(SIMT_WITH_CALL_SITE(event))
#define cudaEventRecord(event, ...) cudaEventRecord(SIMT_WITH_CALL_SITE(event) __VA_OPT__(, ) __VA_ARGS__)
