#include "tests/simt/faults/faults.h"

namespace simt {
namespace {

template <bool kWrong>
__global__ void missing_barrier_kernel(float* y) {
  SHARED(float, tile, [64]);
  tile[threadIdx.x] = 1.0F;
  if (!kWrong) {
    __syncthreads();  // the_barrier
  }
  y[threadIdx.x] = tile[(threadIdx.x + 1) % 64];  // missing_barrier
}

void missing_barrier(bool wrong) {
  const DeviceArray<float> y(64);
  launch_kernel(wrong ? KERNEL(missing_barrier_kernel<true>) : KERNEL(missing_barrier_kernel<false>), 2, 64,
                0, nullptr, y.data());
}

// There is a barrier between the writes and the reads, but none before the writes of the next round.
template <bool kWrong>
__global__ void reuse_too_early_kernel(float* y) {
  SHARED(float, tile, [64]);
  float sum = 0.0F;
  for (int round = 0; round < 4; ++round) {
    tile[threadIdx.x] = 1.0F;
    __syncthreads();
    sum += tile[(threadIdx.x + 1) % 64];  // reuse_too_early
    if (!kWrong) {
      __syncthreads();
    }
  }
  y[threadIdx.x] = sum;
}

void reuse_too_early(bool wrong) {
  const DeviceArray<float> y(64);
  launch_kernel(wrong ? KERNEL(reuse_too_early_kernel<true>) : KERNEL(reuse_too_early_kernel<false>), 1, 64,
                0, nullptr, y.data());
}

// A shuffle waits for the other lanes but does not order their accesses to memory.
template <bool kWrong>
__global__ void shuffle_as_barrier_kernel(float* y) {
  SHARED(float, tile, [32]);
  tile[threadIdx.x] = 1.0F;
  if (kWrong) {
    __shfl_xor_sync(~0U, 1, 1);
  } else {
    __syncwarp();
  }
  y[threadIdx.x] = tile[threadIdx.x ^ 1U];  // shuffle_as_barrier
}

void shuffle_as_barrier(bool wrong) {
  const DeviceArray<float> y(32);
  launch_kernel(wrong ? KERNEL(shuffle_as_barrier_kernel<true>) : KERNEL(shuffle_as_barrier_kernel<false>), 1,
                32, 0, nullptr, y.data());
}

__global__ void count_blocks(int* y, bool wrong) {
  if (threadIdx.x != 0) {
    return;
  }
  if (wrong) {
    *y += 1;  // between_blocks
  } else {
    atomicAdd(y, 1);
  }
}

void between_blocks(bool wrong) {
  const DeviceArray<int> y({0});
  launch_kernel(KERNEL(count_blocks), 4, 32, 0, nullptr, y.data(), wrong);
}

__global__ void add_one(float* x) {
  x[threadIdx.x] += 1.0F;  // between_streams between_shifted_streams after_default_stream
}

struct TwoStreams {
  cudaStream_t first, second;
  cudaEvent_t event;
  explicit TwoStreams(unsigned flags) {
    cudaStreamCreateWithFlags(&first, flags);
    cudaStreamCreateWithFlags(&second, flags);
    cudaEventCreateWithFlags(&event, cudaEventDisableTiming);
  }
};

void on_two_streams(bool wrong, unsigned shift) {
  const DeviceArray<float> x(std::vector<float>(64, 0.0F));
  const TwoStreams streams(cudaStreamNonBlocking);
  launch_kernel(KERNEL(add_one), 1, 64, 0, streams.first, x.data());
  cudaEventRecord(streams.event, streams.first);
  if (!wrong) {
    cudaStreamWaitEvent(streams.second, streams.event, 0);  // the_wait
  }
  launch_kernel(KERNEL(add_one), 1, 32, 0, streams.second, x.data() + shift);
  cudaStreamSynchronize(streams.first);
  cudaStreamSynchronize(streams.second);
}

void between_streams(bool wrong) { on_two_streams(wrong, 0); }

// The same memory, accessed by threads with other indices.
void between_shifted_streams(bool wrong) { on_two_streams(wrong, 32); }

// The default stream and other streams wait for each other, unless those are cudaStreamNonBlocking.
void after_default_stream(bool wrong) {
  const DeviceArray<float> x(std::vector<float>(64, 0.0F));
  const TwoStreams streams(wrong ? cudaStreamNonBlocking : cudaStreamDefault);
  launch_kernel(KERNEL(add_one), 1, 64, 0, streams.first, x.data());
  launch_kernel(KERNEL(add_one), 1, 64, 0, nullptr, x.data());
  launch_kernel(KERNEL(add_one), 1, 64, 0, streams.second, x.data());
  cudaDeviceSynchronize();
}

void source_reused_too_early(bool wrong) {
  std::vector<float> source(64, 1.0F);
  const DeviceArray<float> x(64);
  cudaMemcpyAsync(x.data(), source.data(), 64 * sizeof(float), cudaMemcpyHostToDevice);
  if (!wrong) {
    cudaStreamSynchronize(nullptr);  // the_synchronize
  }
  source[3] = 2.0F;  // source_reused_too_early
  cudaDeviceSynchronize();
}

void result_read_too_early(bool wrong) {
  std::vector<float> result(64);
  const DeviceArray<float> x(std::vector<float>(64, 1.0F));
  launch_kernel(KERNEL(add_one), 1, 64, 0, nullptr, x.data());
  cudaMemcpyAsync(result.data(), x.data(), 64 * sizeof(float), cudaMemcpyDeviceToHost);
  cudaEvent_t event = nullptr;
  cudaEventCreateWithFlags(&event, cudaEventDisableTiming);
  cudaEventRecord(event);
  if (!wrong) {
    cudaEventSynchronize(event);  // the_event_synchronize
  }
  result[0] += 1.0F;  // result_read_too_early
  cudaDeviceSynchronize();
}

}  // namespace

const std::vector<PlantedFault>& races() {
  static const std::vector<PlantedFault> all = {
      {"missing_barrier", missing_barrier},
      {"reuse_too_early", reuse_too_early},
      {"shuffle_as_barrier", shuffle_as_barrier},
      {"between_blocks", between_blocks},
      {"between_streams", between_streams},
      {"between_shifted_streams", between_shifted_streams},
      {"after_default_stream", after_default_stream},
      {"source_reused_too_early", source_reused_too_early},
      {"result_read_too_early", result_read_too_early},
  };
  return all;
}

}  // namespace simt
