#include <cstring>
#include <optional>

#include "kernels/simt/executor/api.h"
#include "kernels/simt/executor/device.h"
#include "kernels/simt/executor/device_memory.h"
#include "kernels/simt/executor/options.h"
#include "kernels/simt/executor/stream_state.h"
#include "simt/runtime_api.h"

namespace simt {
namespace {

/// The kind of memory that a range is in.
enum class Location { host, device };

/// No value: the range is not within one block, or partly on the host.
std::optional<Location> location_of(const void* start, std::size_t bytes) {
  const Block* block = find_block(start);
  if (block == nullptr) {
    const Block* last = find_block(static_cast<const char*>(start) + bytes - 1);
    return last == nullptr ? std::optional(Location::host) : std::nullopt;
  }
  if (bytes > block->bytes - static_cast<std::size_t>(static_cast<const char*>(start) - block->start)) {
    return std::nullopt;
  }
  return block->type == cudaMemoryTypeDevice ? Location::device : Location::host;
}

bool fits(cudaMemcpyKind kind, Location to, Location from) {
  switch (kind) {
    case cudaMemcpyHostToHost:
      return to == Location::host && from == Location::host;
    case cudaMemcpyHostToDevice:
      return to == Location::device && from == Location::host;
    case cudaMemcpyDeviceToHost:
      return to == Location::host && from == Location::device;
    case cudaMemcpyDeviceToDevice:
      return to == Location::device && from == Location::device;
    case cudaMemcpyDefault:
      return true;
  }
  return false;
}

/// Access to the memory of all devices, for a copy.
class OpenAll {
 public:
  OpenAll() {
    for (int device = 0; device < options().devices; ++device) {
      open_[device].emplace(device);
    }
  }

 private:
  std::optional<OpenMemory> open_[16];
};

/// Runs work on memory in stream order. Sanitizers report it as called from `caller`.
template <class F>
void run_in_order(Stream& stream, void* caller, F work) {
  begin_work(stream);
  const OpenAll open;
  const tsan::As as(stream.context);
  tsan::enter_call(caller);
  work();
  tsan::leave_call();
  tsan::release(&stream.ordering.end);
}

cudaError_t copy(void* dst, const void* src, std::size_t count, cudaMemcpyKind kind, cudaStream_t handle,
                 void* caller) {
  Stream* stream = find_stream(handle);
  if (stream == nullptr) {
    return cudaErrorInvalidResourceHandle;
  }
  if (kind < cudaMemcpyHostToHost || kind > cudaMemcpyDefault) {
    return cudaErrorInvalidMemcpyDirection;
  }
  if (count == 0) {
    return cudaSuccess;
  }
  if (dst == nullptr || src == nullptr) {
    return cudaErrorInvalidValue;
  }
  const auto to = location_of(dst, count), from = location_of(src, count);
  if (!to || !from || !fits(kind, *to, *from)) {
    return cudaErrorInvalidValue;
  }
  run_in_order(*stream, caller, [&] { std::memmove(dst, src, count); });
  return cudaSuccess;
}

cudaError_t set(void* pointer, int value, std::size_t count, cudaStream_t handle, void* caller) {
  Stream* stream = find_stream(handle);
  if (stream == nullptr) {
    return cudaErrorInvalidResourceHandle;
  }
  if (count == 0) {
    return cudaSuccess;
  }
  if (find_block(pointer) == nullptr || !location_of(pointer, count)) {
    return cudaErrorInvalidValue;
  }
  run_in_order(*stream, caller, [&] { std::memset(pointer, value, count); });
  return cudaSuccess;
}

bool is_on(int device, const void* pointer) {
  const Block* block = find_block(pointer);
  return block != nullptr && block->type == cudaMemoryTypeDevice && block->device == device;
}

}  // namespace
}  // namespace simt

cudaError_t cudaMemcpy(void* dst, const void* src, std::size_t count, cudaMemcpyKind kind) {
  void* const caller = __builtin_return_address(0);
  return simt::device_call([&] {
    const cudaError_t error = simt::copy(dst, src, count, kind, nullptr, caller);
    simt::wait_for(*simt::find_stream(nullptr));
    return error;
  });
}

cudaError_t cudaMemcpyAsync(void* dst, const void* src, std::size_t count, cudaMemcpyKind kind,
                            cudaStream_t stream) {
  void* const caller = __builtin_return_address(0);
  return simt::device_call([&] { return simt::copy(dst, src, count, kind, stream, caller); });
}

cudaError_t cudaMemcpyPeerAsync(void* dst, int dst_device, const void* src, int src_device, std::size_t count,
                                cudaStream_t stream) {
  void* const caller = __builtin_return_address(0);
  return simt::device_call([&] {
    for (const int device : {dst_device, src_device}) {
      if (device < 0 || device >= simt::options().devices) {
        return cudaErrorInvalidDevice;
      }
    }
    if (count > 0 && (!simt::is_on(dst_device, dst) || !simt::is_on(src_device, src))) {
      return cudaErrorInvalidValue;
    }
    return simt::copy(dst, src, count, cudaMemcpyDeviceToDevice, stream, caller);
  });
}

cudaError_t cudaMemset(void* pointer, int value, std::size_t count) {
  void* const caller = __builtin_return_address(0);
  return simt::device_call([&] { return simt::set(pointer, value, count, nullptr, caller); });
}

cudaError_t cudaMemsetAsync(void* pointer, int value, std::size_t count, cudaStream_t stream) {
  void* const caller = __builtin_return_address(0);
  return simt::device_call([&] { return simt::set(pointer, value, count, stream, caller); });
}
