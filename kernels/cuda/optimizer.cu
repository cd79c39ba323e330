#include "core/ops/optimizer_kernels.h"

#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"
#include "kernels/math/optimizer.h"

namespace tinytorch::cuda {
namespace {

/// Elements that a block updates.
constexpr std::int64_t kChunk = 4 * kThreads;
/// As many tensors as fit the 4 KiB limit of a kernel's arguments.
constexpr int kMaxTensors = 64;

/// The tensors of one launch, and the first block of each.
template <class T>
struct Updates {
  int tensors = 0;
  unsigned blocks = 0;
  std::int64_t max_numel = 0;
  unsigned first_block[kMaxTensors];
  std::int64_t numel[kMaxTensors];
  T* parameter[kMaxTensors];
  const T* gradient[kMaxTensors];
  T* first[kMaxTensors];
  T* second[kMaxTensors];
  T* third[kMaxTensors];

  void add(ParameterUpdate& update) {
    first_block[tensors] = blocks;
    numel[tensors] = update.parameter.numel();
    parameter[tensors] = static_cast<T*>(update.parameter.raw_data());
    gradient[tensors] = static_cast<const T*>(update.gradient.raw_data());
    first[tensors] = static_cast<T*>(update.first.raw_data());
    second[tensors] = static_cast<T*>(update.second.raw_data());
    third[tensors] = static_cast<T*>(update.third.raw_data());
    max_numel = std::max(max_numel, numel[tensors]);
    blocks += blocks_for(numel[tensors], kChunk);
    ++tensors;
  }

  /// The tensor of a block: the last whose first block is at most `block`.
  __device__ int tensor_of(unsigned block) const {
    int low = 0, high = tensors;
    while (high - low > 1) {
      const int middle = (low + high) / 2;
      (first_block[middle] <= block ? low : high) = middle;
    }
    return low;
  }
};

// The updates of element i of a tensor.

template <class T>
struct SgdElement {
  math::SgdUpdate<T> update;
  __device__ void operator()(const Updates<T>& u, int tensor, std::int64_t i) const {
    if (u.first[tensor] != nullptr) {
      update(u.parameter[tensor][i], u.gradient[tensor][i], u.first[tensor][i]);
    } else {
      update(u.parameter[tensor][i], u.gradient[tensor][i]);
    }
  }
};

template <class T>
struct AdamElement {
  math::AdamUpdate<T> update;
  __device__ void operator()(const Updates<T>& u, int tensor, std::int64_t i) const {
    update(u.parameter[tensor][i], u.gradient[tensor][i], u.first[tensor][i], u.second[tensor][i],
           u.third[tensor] != nullptr ? u.third[tensor] + i : nullptr);
  }
};

template <class T>
struct RmspropElement {
  math::RmspropUpdate<T> update;
  __device__ void operator()(const Updates<T>& u, int tensor, std::int64_t i) const {
    update(u.parameter[tensor][i], u.gradient[tensor][i], u.first[tensor][i],
           u.second[tensor] != nullptr ? u.second[tensor] + i : nullptr,
           u.third[tensor] != nullptr ? u.third[tensor] + i : nullptr);
  }
};

/// For updates with one moment.
template <class T, template <class> class Update>
struct OneMomentElement {
  Update<T> update;
  __device__ void operator()(const Updates<T>& u, int tensor, std::int64_t i) const {
    update(u.parameter[tensor][i], u.gradient[tensor][i], u.first[tensor][i]);
  }
};
template <class T>
using AdagradElement = OneMomentElement<T, math::AdagradUpdate>;
template <class T>
using LionElement = OneMomentElement<T, math::LionUpdate>;

// All parameters of a group in one launch, one block per 1024 elements: small tensors would otherwise cost a
// launch each, some 5 us. A block finds its tensor by bisection in the arguments, which are in constant
// memory. Each element of a parameter and its moments is read and written once, each element of the gradient
// read once.
template <class T, class UpdateElement>
__global__ void __launch_bounds__(kThreads) update_chunks(Updates<T> updates, UpdateElement update_element) {
  const int tensor = updates.tensor_of(blockIdx.x);
  const std::int64_t begin = (blockIdx.x - updates.first_block[tensor]) * kChunk;
  for (std::int64_t i = threadIdx.x; i < kChunk; i += blockDim.x) {
    if (within(begin + i, updates.numel[tensor])) update_element(updates, tensor, begin + i);
  }
}

template <class T, class UpdateElement>
void launch_updates(const OnDevice& on, const Updates<T>& updates, const UpdateElement& update_element) {
  if (updates.blocks == 0) return;
  launch(KERNEL(update_chunks<T, UpdateElement>), updates.blocks, threads_for(updates.max_numel), 0,
         on.stream(), updates, update_element);
}

/// Updates the parameters of type T.
template <class T, class UpdateElement>
void update_typed(std::span<ParameterUpdate> updates, const UpdateElement& update_element) {
  const OnDevice on(updates.front().device());
  Updates<T> batch;
  for (ParameterUpdate& update : updates) {
    if (update.parameter.dtype() != dtype_of<T> || update.parameter.numel() == 0) continue;
    batch.add(update);
    if (batch.tensors < kMaxTensors) continue;
    launch_updates(on, batch, update_element);
    batch = {};
  }
  launch_updates(on, batch, update_element);
}

/// The kernel of an optimizer step with the formula Update<T>.
template <template <class> class UpdateElement, template <class> class Update, class Step>
void update_all(const Step& step, std::span<ParameterUpdate> updates) {
  update_typed<float>(updates, UpdateElement<float>{Update<float>(step)});
  update_typed<double>(updates, UpdateElement<double>{Update<double>(step)});
}

}  // namespace

void register_optimizer() {
  constexpr auto kCuda = DeviceType::cuda;
  kernels::sgd_step.set(kCuda, update_all<SgdElement, math::SgdUpdate>);
  kernels::adam_step.set(kCuda, update_all<AdamElement, math::AdamUpdate>);
  kernels::rmsprop_step.set(kCuda, update_all<RmspropElement, math::RmspropUpdate>);
  kernels::adagrad_step.set(kCuda, update_all<AdagradElement, math::AdagradUpdate>);
  kernels::lion_step.set(kCuda, update_all<LionElement, math::LionUpdate>);
}

}  // namespace tinytorch::cuda
