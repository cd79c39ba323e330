#include <gtest/gtest.h>

#include <limits>

#include "tests/simt/testing.h"

namespace simt {
namespace {

__global__ void store(int* y, int value) { y[threadIdx.x] = value; }

cudaError_t launch_with(dim3 grid, dim3 block, std::size_t shared_bytes = 0, cudaStream_t stream = nullptr) {
  const DeviceArray<int> y(2048);
  return launch_kernel(KERNEL(store), grid, block, shared_bytes, stream, y.data(), 1);
}

class Api : public testing::Test {
 protected:
  ~Api() override {
    cudaSetDevice(0);
    cudaGetLastError();
  }
};

TEST_F(Api, LaunchesHaveTheLimitsOfAGpu) {
  EXPECT_EQ(launch_with(1, 1024), cudaSuccess);
  EXPECT_EQ(launch_with(1, 0), cudaErrorInvalidConfiguration);
  EXPECT_EQ(launch_with(0, 1), cudaErrorInvalidConfiguration);
  EXPECT_EQ(launch_with(1, 1025), cudaErrorInvalidConfiguration);
  EXPECT_EQ(launch_with(1, dim3(32, 33)), cudaErrorInvalidConfiguration);
  EXPECT_EQ(launch_with(1, dim3(1, 1, 65)), cudaErrorInvalidConfiguration);
  EXPECT_EQ(launch_with(1U << 31U, 1), cudaErrorInvalidConfiguration);
  EXPECT_EQ(launch_with(dim3(1, 65536), 1), cudaErrorInvalidConfiguration);
  EXPECT_EQ(launch_with(dim3(1, 1, 65536), 1), cudaErrorInvalidConfiguration);
  EXPECT_EQ(launch_with(1, 1, 48 << 10), cudaSuccess);
  EXPECT_EQ(launch_with(1, 1, (48 << 10) + 1), cudaErrorInvalidValue);
}

TEST_F(Api, AnErrorIsKeptUntilItIsRead) {
  EXPECT_EQ(launch_with(1, 2000), cudaErrorInvalidConfiguration);
  EXPECT_EQ(cudaPeekAtLastError(), cudaErrorInvalidConfiguration);
  EXPECT_EQ(cudaGetLastError(), cudaErrorInvalidConfiguration);
  EXPECT_EQ(cudaGetLastError(), cudaSuccess);
  EXPECT_EQ(cudaDeviceSynchronize(), cudaSuccess);
}

TEST_F(Api, ErrorsHaveCudasNamesAndTexts) {
  EXPECT_STREQ(cudaGetErrorName(cudaErrorIllegalAddress), "cudaErrorIllegalAddress");
  EXPECT_STREQ(cudaGetErrorString(cudaErrorIllegalAddress), "an illegal memory access was encountered");
  EXPECT_STREQ(cudaGetErrorName(static_cast<cudaError_t>(1000)), "unrecognized error code");
}

TEST_F(Api, CopiesCheckTheirRanges) {
  const DeviceArray<int> x(4);
  int* const device = x.data();
  int host[4] = {};
  EXPECT_EQ(cudaMemcpy(device, host, 16, cudaMemcpyHostToDevice), cudaSuccess);
  EXPECT_EQ(cudaMemcpy(device, host, 17, cudaMemcpyHostToDevice), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemcpy(device + 1, host, 16, cudaMemcpyHostToDevice), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemcpy(device - 1, host, 16, cudaMemcpyHostToDevice), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemcpy(host, device, 20, cudaMemcpyDeviceToHost), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemcpy(device, host, 16, cudaMemcpyDeviceToHost), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemcpy(device, host, 16, cudaMemcpyDeviceToDevice), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemcpy(device, device, 16, cudaMemcpyHostToDevice), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemcpy(device, host, 16, cudaMemcpyDefault), cudaSuccess);
  EXPECT_EQ(cudaMemcpy(device, host, 16, static_cast<cudaMemcpyKind>(5)), cudaErrorInvalidMemcpyDirection);
  EXPECT_EQ(cudaMemcpy(nullptr, host, 16, cudaMemcpyHostToDevice), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemcpy(nullptr, nullptr, 0, cudaMemcpyHostToDevice), cudaSuccess);
}

TEST_F(Api, SetChecksItsRange) {
  const DeviceArray<int> x(4);
  int host[4] = {};
  EXPECT_EQ(cudaMemset(x.data(), 1, 16), cudaSuccess);
  EXPECT_EQ(x.values(), std::vector<int>(4, 0x01010101));
  EXPECT_EQ(cudaMemset(x.data(), 1, 17), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemset(host, 1, 16), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemsetAsync(x.data(), 0, 0), cudaSuccess);
}

TEST_F(Api, FreeAcceptsOnlyAllocatedBlocks) {
  char* x = nullptr;
  EXPECT_EQ(cudaMalloc(&x, 100), cudaSuccess);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(x) % 256, 0U);
  EXPECT_EQ(cudaFree(x + 1), cudaErrorInvalidValue);
  EXPECT_EQ(cudaFreeHost(x), cudaErrorInvalidValue);
  EXPECT_EQ(cudaFree(x), cudaSuccess);
  EXPECT_EQ(cudaFree(x), cudaErrorInvalidValue);
  EXPECT_EQ(cudaFree(nullptr), cudaSuccess);
  EXPECT_EQ(cudaMalloc(&x, 0), cudaSuccess);
  EXPECT_EQ(x, nullptr);
}

TEST_F(Api, MemoryHasALimit) {
  Options small = options();
  small.memory = 1 << 20;
  const WithOptions with(small);
  char* half = nullptr;
  char* more = nullptr;
  std::size_t free = 0, total = 0;
  EXPECT_EQ(cudaMalloc(&half, 512 << 10), cudaSuccess);
  EXPECT_EQ(cudaMemGetInfo(&free, &total), cudaSuccess);
  EXPECT_EQ(free, 512U << 10U);
  EXPECT_EQ(total, 1U << 20U);
  EXPECT_EQ(cudaMalloc(&more, (512 << 10) + 1), cudaErrorMemoryAllocation);
  EXPECT_EQ(cudaMalloc(&more, std::numeric_limits<std::size_t>::max()), cudaErrorMemoryAllocation);
  EXPECT_EQ(cudaFree(half), cudaSuccess);
  EXPECT_EQ(cudaMalloc(&more, 1 << 20), cudaSuccess);
  EXPECT_EQ(cudaFree(more), cudaSuccess);
}

TEST_F(Api, PointersAreKnown) {
  const DeviceArray<int> x(4);
  int* pinned = nullptr;
  int host = 0;
  cudaPointerAttributes attributes{};
  EXPECT_EQ(cudaMallocHost(&pinned, 4), cudaSuccess);
  EXPECT_EQ(cudaPointerGetAttributes(&attributes, x.data() + 2), cudaSuccess);
  EXPECT_EQ(attributes.type, cudaMemoryTypeDevice);
  EXPECT_EQ(attributes.device, 0);
  EXPECT_EQ(cudaPointerGetAttributes(&attributes, pinned), cudaSuccess);
  EXPECT_EQ(attributes.type, cudaMemoryTypeHost);
  EXPECT_EQ(attributes.hostPointer, pinned);
  EXPECT_EQ(cudaPointerGetAttributes(&attributes, &host), cudaSuccess);
  EXPECT_EQ(attributes.type, cudaMemoryTypeUnregistered);
  EXPECT_EQ(cudaFreeHost(pinned), cudaSuccess);
}

TEST_F(Api, InvalidHandlesAreRefused) {
  cudaStream_t stream = nullptr;
  cudaEvent_t event = nullptr;
  EXPECT_EQ(cudaStreamCreateWithFlags(&stream, 2), cudaErrorInvalidValue);
  EXPECT_EQ(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess);
  EXPECT_EQ(cudaStreamQuery(stream), cudaSuccess);
  EXPECT_EQ(launch_with(1, 1, 0, stream), cudaSuccess);
  EXPECT_EQ(cudaEventCreateWithFlags(&event, cudaEventInterprocess), cudaErrorInvalidValue);
  EXPECT_EQ(cudaEventCreateWithFlags(&event, cudaEventDefault), cudaSuccess);
  EXPECT_EQ(cudaStreamWaitEvent(stream, event, 0), cudaSuccess);
  EXPECT_EQ(cudaStreamWaitEvent(stream, event, 1), cudaErrorInvalidValue);
  EXPECT_EQ(cudaStreamWaitEvent(stream, nullptr, 0), cudaErrorInvalidResourceHandle);
  EXPECT_EQ(cudaStreamDestroy(stream), cudaSuccess);
  EXPECT_EQ(cudaStreamDestroy(stream), cudaErrorInvalidResourceHandle);
  EXPECT_EQ(cudaStreamSynchronize(stream), cudaErrorInvalidResourceHandle);
  EXPECT_EQ(launch_with(1, 1, 0, stream), cudaErrorInvalidResourceHandle);
  EXPECT_EQ(cudaEventRecord(event, stream), cudaErrorInvalidResourceHandle);
  EXPECT_EQ(cudaEventDestroy(event), cudaSuccess);
  EXPECT_EQ(cudaEventQuery(event), cudaErrorInvalidResourceHandle);
}

TEST_F(Api, TheFirstQueryAfterNewWorkIsNotReady) {
  cudaStream_t stream = nullptr;
  cudaEvent_t event = nullptr;
  EXPECT_EQ(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess);
  EXPECT_EQ(cudaEventCreateWithFlags(&event, cudaEventDefault), cudaSuccess);
  EXPECT_EQ(cudaEventQuery(event), cudaSuccess);
  EXPECT_EQ(launch_with(1, 1, 0, stream), cudaSuccess);
  EXPECT_EQ(cudaEventRecord(event, stream), cudaSuccess);
  EXPECT_EQ(cudaStreamQuery(stream), cudaErrorNotReady);
  EXPECT_EQ(cudaGetLastError(), cudaErrorNotReady);  // CUDA records it like an error
  EXPECT_EQ(cudaStreamQuery(stream), cudaSuccess);
  EXPECT_EQ(cudaEventQuery(event), cudaErrorNotReady);
  EXPECT_EQ(cudaGetLastError(), cudaErrorNotReady);
  EXPECT_EQ(cudaEventQuery(event), cudaSuccess);
  EXPECT_EQ(cudaEventDestroy(event), cudaSuccess);
  EXPECT_EQ(cudaStreamDestroy(stream), cudaSuccess);
}

TEST_F(Api, EventsMeasureTime) {
  cudaEvent_t start = nullptr, end = nullptr, untimed = nullptr;
  cudaEventCreateWithFlags(&start, cudaEventDefault);
  cudaEventCreateWithFlags(&end, cudaEventDefault);
  cudaEventCreateWithFlags(&untimed, cudaEventDisableTiming);
  float milliseconds = -1.0F;
  EXPECT_EQ(cudaEventRecord(start), cudaSuccess);
  EXPECT_EQ(cudaEventElapsedTime(&milliseconds, start, end), cudaErrorInvalidResourceHandle)
      << "no record yet";
  EXPECT_EQ(launch_with(1, 1024), cudaSuccess);
  EXPECT_EQ(cudaEventRecord(end), cudaSuccess);
  EXPECT_EQ(cudaEventRecord(untimed), cudaSuccess);
  EXPECT_EQ(cudaEventSynchronize(end), cudaSuccess);
  EXPECT_EQ(cudaEventElapsedTime(&milliseconds, start, end), cudaSuccess);
  EXPECT_GT(milliseconds, 0.0F);
  EXPECT_EQ(cudaEventElapsedTime(&milliseconds, start, untimed), cudaErrorInvalidResourceHandle);
  for (cudaEvent_t event : {start, end, untimed}) {
    EXPECT_EQ(cudaEventDestroy(event), cudaSuccess);
  }
}

TEST_F(Api, TheDeviceReportsItsProperties) {
  int value = 0;
  cudaDeviceProp properties{};
  EXPECT_EQ(cudaGetDeviceProperties(&properties, 0), cudaSuccess);
  EXPECT_STREQ(properties.name, "TinyTorch emulated device");
  EXPECT_EQ(properties.totalGlobalMem, options().memory);
  EXPECT_EQ(properties.maxThreadsPerBlock, 1024);
  EXPECT_EQ(cudaDeviceGetAttribute(&value, cudaDevAttrWarpSize, 0), cudaSuccess);
  EXPECT_EQ(value, 32);
  EXPECT_EQ(cudaDeviceGetAttribute(&value, cudaDevAttrMaxGridDimY, 0), cudaSuccess);
  EXPECT_EQ(value, 65535);
  EXPECT_EQ(cudaDeviceGetAttribute(&value, static_cast<cudaDeviceAttr>(127), 0), cudaErrorInvalidValue);
  EXPECT_EQ(cudaGetDeviceProperties(&properties, 1), cudaErrorInvalidDevice);
  EXPECT_EQ(cudaRuntimeGetVersion(&value), cudaSuccess);
  EXPECT_EQ(value, 13000);
}

TEST_F(Api, SeveralDevices) {
  Options two = options();
  two.devices = 2;
  const WithOptions with(two);
  int count = 0, device = -1;
  EXPECT_EQ(cudaGetDeviceCount(&count), cudaSuccess);
  EXPECT_EQ(count, 2);
  EXPECT_EQ(cudaSetDevice(2), cudaErrorInvalidDevice);
  const DeviceArray<int> on_first({1, 2, 3, 4});
  EXPECT_EQ(cudaSetDevice(1), cudaSuccess);
  EXPECT_EQ(cudaGetDevice(&device), cudaSuccess);
  EXPECT_EQ(device, 1);
  const DeviceArray<int> on_second(4);
  cudaPointerAttributes attributes{};
  EXPECT_EQ(cudaPointerGetAttributes(&attributes, on_second.data()), cudaSuccess);
  EXPECT_EQ(attributes.device, 1);
  EXPECT_EQ(cudaMemcpyPeerAsync(on_second.data(), 0, on_first.data(), 0, 16), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemcpyPeerAsync(on_second.data(), 1, on_first.data(), 2, 16), cudaErrorInvalidDevice);
  EXPECT_EQ(cudaMemcpyPeerAsync(on_second.data(), 1, on_first.data(), 0, 16), cudaSuccess);
  EXPECT_EQ(cudaDeviceSynchronize(), cudaSuccess);
  EXPECT_EQ(on_second.values(), (std::vector<int>{1, 2, 3, 4}));
}

}  // namespace
}  // namespace simt
