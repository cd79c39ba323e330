#include "tests/simt/faults/faults.h"

namespace simt {
namespace {

__global__ void write_at(float* x, int i) {
  x[i] = 1.0F;  // device_overflow device_overflow_in_padding use_after_free
}

void device_overflow(bool wrong) {
  const DeviceArray<float> x(256);  // ends at a page boundary
  launch_kernel(KERNEL(write_at), 1, 1, 0, nullptr, x.data(), wrong ? 256 : 255);
}

void device_overflow_in_padding(bool wrong) {
  const DeviceArray<float> x(250);
  launch_kernel(KERNEL(write_at), 1, 1, 0, nullptr, x.data(), wrong ? 250 : 249);
}

void use_after_free(bool wrong) {
  float* x = nullptr;
  cudaMalloc(&x, 1024);
  if (wrong) {
    cudaFree(x);
  }
  launch_kernel(KERNEL(write_at), 1, 1, 0, nullptr, x, 3);
  if (!wrong) {
    cudaFree(x);
  }
}

__attribute__((noinline)) float read_at(const float* x, unsigned i) {
  return x[i];  // static_shared_overflow dynamic_shared_overflow
}

__global__ void read_static(float* y, unsigned i) {
  SHARED(float, first, [32]);
  SHARED(float, second, [32]);
  first[threadIdx.x] = second[threadIdx.x] = 1.0F;
  __syncthreads();
  y[threadIdx.x] = read_at(first, threadIdx.x + i) + read_at(second, threadIdx.x);
}

void static_shared_overflow(bool wrong) {
  const DeviceArray<float> y(32);
  launch_kernel(KERNEL(read_static), 1, 32, 0, nullptr, y.data(), wrong ? 1U : 0U);
}

__global__ void read_dynamic(float* y, unsigned i) {
  float* shared = dynamic_shared<float>();
  shared[threadIdx.x] = 1.0F;
  __syncthreads();
  y[threadIdx.x] = read_at(shared, threadIdx.x + i);
}

void dynamic_shared_overflow(bool wrong) {
  const DeviceArray<float> y(32);
  launch_kernel(KERNEL(read_dynamic), 1, 32, 32 * sizeof(float), nullptr, y.data(), wrong ? 1U : 0U);
}

void host_dereference(bool wrong) {
  const DeviceArray<float> x(std::vector<float>(4, 1.0F));
  launch_kernel(KERNEL(write_at), 1, 1, 0, nullptr, x.data(), 0);
  if (wrong) {
    x.data()[2] = 2.0F;  // host_dereference
  }
}

void other_device(bool wrong) {
  const DeviceArray<float> x(4);
  cudaSetDevice(wrong ? 1 : 0);
  launch_kernel(KERNEL(write_at), 1, 1, 0, nullptr, x.data(), 0);
}

__attribute__((noinline)) int depth(volatile int* n) {
  volatile int frame[256] = {};
  frame[*n % 256] = *n;
  return *n == 0 ? frame[0] : depth(n) + frame[1];
}

__global__ void recurse(int n) {
  volatile int levels = n;
  depth(&levels);
}

void stack_overflow(bool wrong) { launch_kernel(KERNEL(recurse), 1, 1, 0, nullptr, wrong ? 1 : 0); }

}  // namespace

const std::vector<PlantedFault>& memory_faults() {
  static const std::vector<PlantedFault> all = {
      {"device_overflow", device_overflow},
      {"device_overflow_in_padding", device_overflow_in_padding},
      {"use_after_free", use_after_free},
      {"static_shared_overflow", static_shared_overflow},
      {"dynamic_shared_overflow", dynamic_shared_overflow},
      {"host_dereference", host_dereference},
      {"other_device", other_device},
      {"stack_overflow", stack_overflow},
  };
  return all;
}

}  // namespace simt
