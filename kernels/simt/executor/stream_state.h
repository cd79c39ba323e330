#pragma once

#include <memory>
#include <vector>

#include "kernels/simt/executor/multiprocessor.h"
#include "simt/runtime_types.h"

/// Work on a stream is done when it is submitted. What a stream orders, and what not, only ThreadSanitizer
/// sees: for it the work of each stream is done by threads of the stream's own, and `context` stands between
/// them.
struct CUstream_st {
  CUstream_st(int device, unsigned flags);
  ~CUstream_st();
  CUstream_st(const CUstream_st&) = delete;
  CUstream_st& operator=(const CUstream_st&) = delete;

  int device;
  unsigned flags;
  simt::tsan::Context context;
  simt::Ordering ordering;
  std::vector<std::unique_ptr<simt::Multiprocessor>> multiprocessors;  // a worker each
  unsigned number;
  bool polled = true;  // since the last work was submitted
};

namespace simt {

using Stream = CUstream_st;

/// The stream that a handle means, null being the default stream of the current device; nullptr if it is
/// none.
Stream* find_stream(cudaStream_t handle);

/// The next work of the stream comes after what the host has done, after the stream's work so far, and, as
/// CUDA has it for its default stream and the streams that are not cudaStreamNonBlocking, after each other's.
void begin_work(Stream& stream);
/// Whether the stream is said to be done. It is, but the first answer after new work is no, which is as right
/// on a GPU: who asks must be able to go on asking.
bool poll(Stream& stream);
/// The host goes on after the stream's work.
void wait_for(Stream& stream);
/// The host goes on after all work of a device's streams, also of destroyed ones.
void wait_for_device(int device);

}  // namespace simt
