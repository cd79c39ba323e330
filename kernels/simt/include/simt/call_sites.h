#pragma once

#include "simt/runtime_api.h"
#include "simt/site.h"

// The synchronising calls of the host note where they are called from, so that SIMT_OMIT can leave one out.
namespace simt {

/// Notes the place of the call that this thread makes next.
void note_call(Site at);

/// Notes it, and gives back the call's argument, around which it is put.
template <class T>
T noted(Site at, T argument) {
  note_call(at);
  return argument;
}

}  // namespace simt

#define SIMT_NOTED(argument) ::simt::noted(::simt::Site::current(), argument)
#define cudaStreamSynchronize(stream) cudaStreamSynchronize(SIMT_NOTED(stream))
#define cudaStreamWaitEvent(stream, ...) cudaStreamWaitEvent(SIMT_NOTED(stream), __VA_ARGS__)
#define cudaEventSynchronize(event) cudaEventSynchronize(SIMT_NOTED(event))
#define cudaEventRecord(event, ...) cudaEventRecord(SIMT_NOTED(event) __VA_OPT__(, ) __VA_ARGS__)
