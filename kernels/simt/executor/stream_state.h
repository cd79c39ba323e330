#pragma once

#include <memory>
#include <vector>

#include "kernels/simt/executor/multiprocessor.h"
#include "simt/runtime_types.h"

/// Work on a stream runs when it is submitted. Only ThreadSanitizer sees what a stream orders: for it,
/// threads of the stream's own do the work, and `context` orders their launches.
struct CUstream_st {
  CUstream_st(int device, unsigned flags);
  ~CUstream_st();
  CUstream_st(const CUstream_st&) = delete;
  CUstream_st& operator=(const CUstream_st&) = delete;

  int device;
  unsigned flags;
  simt::tsan::Context context;
  simt::Ordering ordering;
  std::vector<std::unique_ptr<simt::Multiprocessor>> multiprocessors;  // one per worker
  unsigned number;
  bool polled = true;  // since the last work was submitted
};

namespace simt {

using Stream = CUstream_st;

/// The stream of a handle; a null handle means the default stream of the current device. Null: there is no
/// such stream.
Stream* find_stream(cudaStream_t handle);

/// Orders the next work of the stream after what the host has done and after the stream's work so far. As in
/// CUDA, the default stream and the streams without cudaStreamNonBlocking are also ordered after each other.
void begin_work(Stream& stream);
/// Whether a query says that the stream is done. It always is, but the first answer after new work is no, as
/// it may be on a GPU: code that polls has to poll again.
bool poll(Stream& stream);
/// Orders the host after the stream's work.
void wait_for(Stream& stream);
/// Orders the host after all work of a device's streams, destroyed ones included.
void wait_for_device(int device);

}  // namespace simt
