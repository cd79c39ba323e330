#include "kernels/simt/executor/stream.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "kernels/simt/executor/api.h"
#include "kernels/simt/executor/device.h"
#include "kernels/simt/executor/omit.h"
#include "kernels/simt/executor/stream_state.h"
#include "simt/kernel_interface.h"
#include "simt/runtime_api.h"

namespace simt {
namespace {

struct Streams {
  std::map<int, std::unique_ptr<Stream>> default_of;  // of each device
  std::vector<std::unique_ptr<Stream>> created;
  std::map<int, tsan::Point> destroyed;  // the work of each device's destroyed streams
  unsigned count = 0;
};

Streams& streams() {
  static Streams* all = new Streams;  // never destroyed: other static objects may still use the device
  return *all;
}

Stream& default_stream(int device) {
  std::unique_ptr<Stream>& stream = streams().default_of[device];
  if (stream == nullptr) {
    stream = std::make_unique<Stream>(device, cudaStreamDefault);
  }
  return *stream;
}

void acquire_work(const Stream& stream, Stream& other) {
  const bool is_default = &stream == &default_stream(stream.device);
  const bool other_is_default = &other == &default_stream(stream.device);
  const bool blocking = ((stream.flags | other.flags) & cudaStreamNonBlocking) == 0;
  if (&stream == &other || (stream.device == other.device && blocking && (is_default || other_is_default))) {
    tsan::acquire(&other.ordering.end);
  }
}

template <class F>
void each_stream(F visit) {
  for (const auto& [device, stream] : streams().default_of) {
    visit(*stream);
  }
  for (const auto& stream : streams().created) {
    visit(*stream);
  }
}

cudaError_t destroy(cudaStream_t handle) {
  auto& created = streams().created;
  const auto stream = std::find_if(created.begin(), created.end(),
                                   [&](const std::unique_ptr<Stream>& s) { return s.get() == handle; });
  if (stream == created.end()) {
    return cudaErrorInvalidResourceHandle;
  }
  begin_work(**stream);
  {
    const tsan::As as((*stream)->context);
    tsan::release(&streams().destroyed[(*stream)->device]);
  }
  created.erase(stream);
  return cudaSuccess;
}

}  // namespace

Stream* find_stream(cudaStream_t handle) {
  if (handle == nullptr) {
    return &default_stream(current_device());
  }
  const auto& created = streams().created;
  const bool exists = std::any_of(created.begin(), created.end(),
                                  [&](const std::unique_ptr<Stream>& s) { return s.get() == handle; });
  return exists ? handle : nullptr;
}

bool poll(Stream& stream) { return std::exchange(stream.polled, true); }

void begin_work(Stream& stream) {
  stream.polled = false;
  if constexpr (tsan::kEnabled) {
    tsan::release(&stream.ordering.begin);
    default_stream(stream.device);
    const tsan::As as(stream.context);
    tsan::acquire(&stream.ordering.begin);
    each_stream([&](Stream& other) { acquire_work(stream, other); });
    tsan::release(&stream.ordering.begin);
  }
}

void wait_for(Stream& stream) {
  begin_work(stream);
  stream.polled = true;
  {
    const tsan::As as(stream.context);
    tsan::release(&stream.ordering.end);
  }
  tsan::acquire(&stream.ordering.end);
}

void wait_for_device(int device) {
  each_stream([&](Stream& stream) {
    if (stream.device == device) {
      wait_for(stream);
    }
  });
  tsan::acquire(&streams().destroyed[device]);
}

}  // namespace simt

CUstream_st::CUstream_st(int device, unsigned flags)
    : device(device), flags(flags), number(simt::streams().count++) {
  context = simt::tsan::create(("stream " + std::to_string(number)).c_str());
}

CUstream_st::~CUstream_st() { simt::tsan::destroy(context); }

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags) {
  return simt::memory_call([&] {
    if (stream == nullptr || (flags & ~static_cast<unsigned>(cudaStreamNonBlocking)) != 0) {
      return cudaErrorInvalidValue;
    }
    simt::streams().created.push_back(std::make_unique<simt::Stream>(simt::current_device(), flags));
    *stream = simt::streams().created.back().get();
    return cudaSuccess;
  });
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  return simt::device_call([&] { return simt::destroy(stream); });
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  return simt::device_call([&] {
    simt::Stream* found = simt::find_stream(stream);
    if (found == nullptr) {
      return cudaErrorInvalidResourceHandle;
    }
    if (!simt::omitted_call()) {
      simt::wait_for(*found);
    }
    return cudaSuccess;
  });
}

cudaError_t cudaStreamQuery(cudaStream_t stream) {
  return simt::device_call([&] {
    simt::Stream* found = simt::find_stream(stream);
    if (found == nullptr) {
      return cudaErrorInvalidResourceHandle;
    }
    if (!simt::poll(*found)) {
      return cudaErrorNotReady;
    }
    simt::wait_for(*found);  // a caller that knows that the work is done is ordered after it
    return cudaSuccess;
  });
}
