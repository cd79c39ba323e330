#include <cstring>

#include "kernels/simt/executor/api.h"
#include "kernels/simt/executor/device.h"
#include "kernels/simt/executor/device_memory.h"
#include "kernels/simt/executor/options.h"
#include "kernels/simt/executor/stream_state.h"
#include "simt/runtime_api.h"

namespace simt {
namespace {

cudaError_t allocate(void** pointer, cudaMemoryType type, std::size_t size) {
  if (pointer == nullptr) {
    return cudaErrorInvalidValue;
  }
  *pointer = size == 0 ? nullptr : allocate_block(current_device(), type, size);
  return size == 0 || *pointer != nullptr ? cudaSuccess : cudaErrorMemoryAllocation;
}

cudaError_t release(void* pointer, cudaMemoryType type) {
  if (pointer == nullptr) {
    return cudaSuccess;
  }
  for (int device = 0; device < options().devices; ++device) {
    wait_for_device(device);
  }
  return free_block(pointer, type) ? cudaSuccess : cudaErrorInvalidValue;
}

cudaError_t attributes(cudaPointerAttributes* result, const void* pointer) {
  if (result == nullptr || pointer == nullptr) {
    return cudaErrorInvalidValue;
  }
  void* const address = const_cast<void*>(pointer);
  if (const Block* block = find_block(pointer)) {
    const bool on_host = block->type == cudaMemoryTypeHost;
    *result = {block->type, block->device, address, on_host ? address : nullptr};
  } else {
    *result = {cudaMemoryTypeUnregistered, -1, nullptr, address};
  }
  return cudaSuccess;
}

}  // namespace
}  // namespace simt

cudaError_t cudaMalloc(void** pointer, std::size_t size) {
  return simt::memory_call([&] { return simt::allocate(pointer, cudaMemoryTypeDevice, size); });
}

cudaError_t cudaFree(void* pointer) {
  return simt::device_call([&] { return simt::release(pointer, cudaMemoryTypeDevice); });
}

cudaError_t cudaMallocHost(void** pointer, std::size_t size) {
  return simt::memory_call([&] { return simt::allocate(pointer, cudaMemoryTypeHost, size); });
}

cudaError_t cudaFreeHost(void* pointer) {
  return simt::device_call([&] { return simt::release(pointer, cudaMemoryTypeHost); });
}

cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  return simt::device_call([&] {
    if (free == nullptr || total == nullptr) {
      return cudaErrorInvalidValue;
    }
    *total = simt::options().memory;
    *free = *total - simt::bytes_in_use(simt::current_device());
    return cudaSuccess;
  });
}

cudaError_t cudaPointerGetAttributes(cudaPointerAttributes* attributes, const void* pointer) {
  return simt::device_call([&] { return simt::attributes(attributes, pointer); });
}
