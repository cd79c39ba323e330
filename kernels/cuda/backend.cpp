// The CUDA implementation of core's Backend.
#include "core/internal/backend.h"

#include <algorithm>
#include <deque>
#include <string>

#include "core/internal/caching_allocator.h"
#include "core/internal/format.h"
#include "kernels/cuda/fork.h"
#include "kernels/cuda/hardware.h"
#include "kernels/cuda/kernels.h"
#include "kernels/cuda/memory.h"
#include "kernels/cuda/staging.h"
#include "kernels/cuda/stream.h"
#include "kernels/register.h"

namespace tinytorch::cuda {
namespace {

/// The state of one device.
struct DeviceState {
  DeviceMemory memory;
  CachingAllocator allocator;
  Staging staging;

  explicit DeviceState(int index)
      : memory(index), allocator(to_string(Device::cuda(index)), memory), staging(index) {}
};

class CudaBackend final : public Backend {
 public:
  CudaBackend() : error_(cudaGetDeviceCount(&count_)) {
    if (error_ != cudaSuccess) {
      count_ = 0;
      static_cast<void>(cudaGetLastError());  // unavailable_reason() reports it
    }
    count_ = std::min(count_, kMaxDevices);
    for (int i = 0; i < count_; ++i) devices_.emplace_back(i);
  }

  int count() const override { return count_; }
  bool is_emulated() const override { return cuda::is_emulated(); }

  std::string unavailable_reason() const override {
    if (error_ == cudaSuccess)
      return "this machine has no NVIDIA GPU; use --backend cpu, or Device::cpu() in code";
    return fmt::format(
        "no NVIDIA GPU can be used: {} ({}). Is the driver installed (nvidia-smi)? Was a container started "
        "with --gpus all? Without a GPU use --backend cpu, or TITO_PRESET=emulated to run the kernels on the "
        "host",
        cudaGetErrorName(error_), cudaGetErrorString(error_));
  }

  std::string describe(int index) const override {
    if (is_emulated()) return "emulated on the host";
    cudaDeviceProp properties{};
    CUDA_CHECK(cudaGetDeviceProperties(&properties, index));
    return fmt::format("{}, {:.1f} GiB", properties.name,
                       static_cast<double>(properties.totalGlobalMem) / (1024.0 * 1024.0 * 1024.0));
  }

  Allocator& allocator(int index) override {
    require_not_forked();
    return device(index).allocator;
  }

  std::shared_ptr<StreamState> make_stream(int index) override {
    return std::make_shared<CudaStream>(Device::cuda(index));
  }
  std::unique_ptr<EventState> make_event(int index) override {
    return std::make_unique<CudaEvent>(index, /*timed=*/true);
  }
  std::shared_ptr<StreamState> current_stream(int index) override {
    return cuda::current_stream(index).shared_from_this();
  }
  void set_current_stream(StreamState& stream) override {
    cuda::set_current_stream(static_cast<CudaStream&>(stream));
  }

  void synchronize(int index) override {
    const DeviceGuard guard(index);
    CUDA_CHECK(cudaDeviceSynchronize());
  }

  void copy(const void* from, Device from_device, void* to, Device to_device, std::size_t bytes) override {
    if (from_device.type == DeviceType::cpu) {
      const OnDevice on(to_device);
      device(to_device.index).staging.upload(from, to, bytes, on.state());
    } else if (to_device.type == DeviceType::cpu) {
      const OnDevice on(from_device);
      device(from_device.index).staging.download(from, to, bytes, on.state());
    } else {
      copy_between(from, from_device, to, to_device, bytes);
    }
  }

 private:
  DeviceState& device(int index) { return devices_[static_cast<std::size_t>(index)]; }

  /// Copies in the target's stream, after the earlier and before the later work in the source's stream.
  static void copy_between(const void* from, Device from_device, void* to, Device to_device,
                           std::size_t bytes) {
    CudaStream& source = cuda::current_stream(from_device.index);
    const OnDevice on(to_device);
    CudaEvent ready(from_device.index, /*timed=*/false), read(to_device.index, /*timed=*/false);
    ready.record(source);
    CUDA_CHECK(cudaStreamWaitEvent(on.stream(), ready.handle(), 0));
    CUDA_CHECK(cudaMemcpyPeerAsync(to, to_device.index, from, from_device.index, bytes, on.stream()));
    read.record(on.state());
    CUDA_CHECK(cudaStreamWaitEvent(source.handle(), read.handle(), 0));
  }

  int count_ = 0;
  cudaError_t error_;
  std::deque<DeviceState> devices_;  // a deque never moves its elements
};

}  // namespace
}  // namespace tinytorch::cuda

namespace tinytorch {

void register_cuda() {
  // Never destroyed, like the CPU's.
  static Backend& backend = *new cuda::CudaBackend;
  cuda::register_fork_handler();
  register_backend(DeviceType::cuda, backend);
  cuda::register_activation();
  cuda::register_arithmetic();
  cuda::register_attention();
  cuda::register_attention_gradient();
  cuda::register_bitwise();
  cuda::register_comparison();
  cuda::register_convolution();
  cuda::register_copy();
  cuda::register_creation();
  cuda::register_cross_entropy();
  cuda::register_dropout();
  cuda::register_gradient();
  cuda::register_indexing();
  cuda::register_linear();
  cuda::register_loss();
  cuda::register_math();
  cuda::register_matmul();
  cuda::register_max_pool();
  cuda::register_normalization();
  cuda::register_normalization_gradient();
  cuda::register_optimizer();
  cuda::register_positions();
  cuda::register_quantization();
  cuda::register_random();
  cuda::register_recurrent();
  cuda::register_reduction();
  cuda::register_resampling();
  cuda::register_scan();
  cuda::register_softmax();
  cuda::register_softmax_gradient();
  cuda::register_sort();
  cuda::register_unfold();
}

}  // namespace tinytorch
