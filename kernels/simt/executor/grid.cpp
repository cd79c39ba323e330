#include <algorithm>
#include <atomic>
#include <cstdint>
#include <numeric>
#include <string>
#include <thread>

#include "kernels/simt/executor/api.h"
#include "kernels/simt/executor/device_memory.h"
#include "kernels/simt/executor/memory_fault.h"
#include "kernels/simt/executor/options.h"
#include "kernels/simt/executor/stream.h"
#include "kernels/simt/executor/stream_state.h"

namespace simt {
namespace {

/// The order in which the blocks of a grid start.
class BlockOrder {
 public:
  BlockOrder(std::uint64_t blocks, Order order, unsigned seed) : blocks_(blocks) {
    if (order == Order::reverse) {
      stride_ = first_ = blocks - 1;
    } else if (order == Order::shuffled && blocks > 1) {
      // i -> first + i * stride visits each block once if the stride and the number of blocks are coprime.
      Random random(seed);
      first_ = random.next() % blocks;
      for (stride_ = random.next() % blocks; std::gcd(stride_, blocks) != 1;) {
        stride_ = (stride_ + 1) % blocks;
      }
    }
  }
  std::uint64_t operator[](std::uint64_t i) const {
    return static_cast<std::uint64_t>((first_ + static_cast<Wide>(i) * stride_) % blocks_);
  }

 private:
  __extension__ using Wide = unsigned __int128;
  std::uint64_t blocks_, first_ = 0, stride_ = 1;
};

enum class Outcome { done, failed, out_of_shared_memory };

/// A running launch: the blocks are dealt to the workers in turn.
class Run {
 public:
  explicit Run(const Launch& launch)
      : launch_(launch),
        blocks_(std::uint64_t{launch.grid.x} * launch.grid.y * launch.grid.z),
        order_(blocks_, options().order, options().seed + launch.number) {}

  Outcome on(Stream& stream) {
    workers_ =
        static_cast<unsigned>(std::min<std::uint64_t>(static_cast<unsigned>(options().workers), blocks_));
    auto& multiprocessors = stream.multiprocessors;
    while (multiprocessors.size() < workers_) {
      multiprocessors.push_back(std::make_unique<Multiprocessor>(
          "stream " + std::to_string(stream.number) + ", worker " + std::to_string(multiprocessors.size())));
    }
    std::vector<std::jthread> threads;
    for (unsigned w = 1; w < workers_; ++w) {
      threads.emplace_back([this, &multiprocessors, w] { work(*multiprocessors[w], w); });
    }
    // On this thread: a signal to the process goes to its main thread, whose stack then shows the kernel.
    work(*multiprocessors[0], 0);
    threads.clear();  // when they have ended
    return outcome_;
  }

 private:
  void work(Multiprocessor& multiprocessor, unsigned worker) {
    static thread_local const AlternateStack stack;
    multiprocessor.begin_launch(launch_, worker);
    for (std::uint64_t i = worker; i < blocks_ && outcome_ == Outcome::done; i += workers_) {
      const std::uint64_t block = order_[i];
      const uint3 index{static_cast<unsigned>(block % launch_.grid.x),
                        static_cast<unsigned>(block / launch_.grid.x % launch_.grid.y),
                        static_cast<unsigned>(block / launch_.grid.x / launch_.grid.y)};
      if (!multiprocessor.run_block(index)) {
        outcome_ = multiprocessor.out_of_shared_memory() ? Outcome::out_of_shared_memory : Outcome::failed;
      }
    }
  }

  const Launch& launch_;
  std::uint64_t blocks_;
  BlockOrder order_;
  unsigned workers_ = 1;
  std::atomic<Outcome> outcome_ = Outcome::done;
};

cudaError_t check(const dim3& grid, const dim3& block, std::size_t shared_bytes) {
  const bool empty =
      grid.x == 0 || grid.y == 0 || grid.z == 0 || block.x == 0 || block.y == 0 || block.z == 0;
  const bool large_grid = grid.x > 2147483647 || grid.y > 65535 || grid.z > 65535;
  const bool large_block =
      block.x > 1024 || block.y > 1024 || block.z > 64 || block.x * block.y * block.z > kMaxThreads;
  if (empty || large_grid || large_block) {
    return cudaErrorInvalidConfiguration;
  }
  return shared_bytes > kMaxSharedBytes ? cudaErrorInvalidValue : cudaSuccess;
}

cudaError_t run(Stream& stream, const Launch& launch) {
  begin_work(stream);
  const OpenMemory open(stream.device);
  // A GPU knows the static shared memory of a kernel before the launch, and refuses the launch if it is too
  // much.
  return Run(launch).on(stream) == Outcome::out_of_shared_memory ? cudaErrorInvalidValue : cudaSuccess;
}

}  // namespace

cudaError_t launch_grid(const char* name, dim3 grid, dim3 block, std::size_t shared_bytes,
                        cudaStream_t handle, Body body) {
  const ApiLock lock;
  if (device_error() != cudaSuccess) {
    return set_last_error(device_error());
  }
  Stream* stream = find_stream(handle);
  if (stream == nullptr) {
    return set_last_error(cudaErrorInvalidResourceHandle);
  }
  if (const cudaError_t error = check(grid, block, shared_bytes); error != cudaSuccess) {
    return set_last_error(error);
  }
  if (fails_here()) return set_last_error(cudaErrorMemoryAllocation);
  static unsigned launches = 0;
  // A fault in the kernel puts the device into an error state, which the next call returns, as on a GPU.
  return set_last_error(run(*stream, {name, grid, block, shared_bytes, body, &stream->ordering, ++launches}));
}

cudaError_t run_on_stream(cudaStream_t stream, const char* name, void (*work)(void*), void* argument) {
  return launch_grid(name, 1, 1, 0, stream, {work, argument});
}

}  // namespace simt
