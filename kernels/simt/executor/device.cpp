#include "kernels/simt/executor/device.h"

#include <cstring>

#include "kernels/simt/executor/api.h"
#include "kernels/simt/executor/device_thread.h"
#include "kernels/simt/executor/options.h"
#include "kernels/simt/executor/shared_memory.h"
#include "kernels/simt/executor/stream_state.h"
#include "simt/runtime_api.h"

namespace simt {
namespace {

constexpr int kMultiprocessors =
    4;  // few, so that grid-stride loops that depend on it loop even on small inputs
constexpr int kComputeCapability[] = {7, 5};  // of the oldest GPUs that CUDA 13 supports
constexpr int kShared = static_cast<int>(kMaxSharedBytes);
constexpr int kMaxGrid[] = {2147483647, 65535, 65535};
constexpr int kMaxBlock[] = {1024, 1024, 64};

thread_local int selected_device = 0;

bool exists(int device) { return device >= 0 && device < options().devices; }

cudaDeviceProp properties() {
  cudaDeviceProp p{};
  std::strcpy(p.name, "TinyTorch emulated device");
  p.totalGlobalMem = options().memory;
  p.sharedMemPerBlock = p.sharedMemPerBlockOptin = kMaxSharedBytes;
  p.warpSize = kWarp;
  p.maxThreadsPerBlock = p.maxThreadsPerMultiProcessor = kMaxThreads;
  std::memcpy(p.maxThreadsDim, kMaxBlock, sizeof kMaxBlock);
  std::memcpy(p.maxGridSize, kMaxGrid, sizeof kMaxGrid);
  p.major = kComputeCapability[0];
  p.minor = kComputeCapability[1];
  p.multiProcessorCount = kMultiprocessors;
  return p;
}

cudaError_t attribute(int* value, cudaDeviceAttr attribute) {
  const cudaDeviceProp p = properties();
  switch (attribute) {
    case cudaDevAttrMaxThreadsPerBlock:
    case cudaDevAttrMaxThreadsPerMultiProcessor:
      *value = p.maxThreadsPerBlock;
      return cudaSuccess;
    case cudaDevAttrMaxBlockDimX:
    case cudaDevAttrMaxBlockDimY:
    case cudaDevAttrMaxBlockDimZ:
      *value = kMaxBlock[attribute - cudaDevAttrMaxBlockDimX];
      return cudaSuccess;
    case cudaDevAttrMaxGridDimX:
    case cudaDevAttrMaxGridDimY:
    case cudaDevAttrMaxGridDimZ:
      *value = kMaxGrid[attribute - cudaDevAttrMaxGridDimX];
      return cudaSuccess;
    case cudaDevAttrMaxSharedMemoryPerBlock:
    case cudaDevAttrMaxSharedMemoryPerBlockOptin:
      *value = kShared;
      return cudaSuccess;
    case cudaDevAttrWarpSize:
      *value = p.warpSize;
      return cudaSuccess;
    case cudaDevAttrMultiProcessorCount:
      *value = p.multiProcessorCount;
      return cudaSuccess;
    case cudaDevAttrComputeCapabilityMajor:
      *value = p.major;
      return cudaSuccess;
    case cudaDevAttrComputeCapabilityMinor:
      *value = p.minor;
      return cudaSuccess;
  }
  return cudaErrorInvalidValue;
}

template <class T>
cudaError_t write_result(T* result, T value) {
  return simt::host_call([&] {
    if (result == nullptr) {
      return cudaErrorInvalidValue;
    }
    *result = value;
    return cudaSuccess;
  });
}

}  // namespace

int current_device() { return selected_device; }

}  // namespace simt

cudaError_t cudaGetDeviceCount(int* count) { return simt::write_result(count, simt::options().devices); }

cudaError_t cudaSetDevice(int device) {
  return simt::host_call([&] {
    if (!simt::exists(device)) {
      return cudaErrorInvalidDevice;
    }
    simt::selected_device = device;
    return cudaSuccess;
  });
}

cudaError_t cudaGetDevice(int* device) { return simt::write_result(device, simt::selected_device); }

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* prop, int device) {
  if (!simt::exists(device)) {
    return simt::set_last_error(cudaErrorInvalidDevice);
  }
  return simt::write_result(prop, simt::properties());
}

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attr, int device) {
  return simt::host_call([&] {
    if (!simt::exists(device)) {
      return cudaErrorInvalidDevice;
    }
    return value == nullptr ? cudaErrorInvalidValue : simt::attribute(value, attr);
  });
}

cudaError_t cudaDriverGetVersion(int* version) { return simt::write_result(version, CUDART_VERSION); }

cudaError_t cudaRuntimeGetVersion(int* version) { return simt::write_result(version, CUDART_VERSION); }

cudaError_t cudaDeviceSynchronize() {
  return simt::device_call([&] {
    simt::wait_for_device(simt::current_device());
    return cudaSuccess;
  });
}
