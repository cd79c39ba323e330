#include "core/ops/optimizer_kernels.h"

#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"
#include "kernels/math/optimizer.h"

namespace tinytorch::cuda {
namespace {

/// Elements that a block updates; so many tensors fit into the 4 KiB that a kernel's arguments may take.
constexpr std::int64_t kChunk = 4 * kThreads;
constexpr int kMostTensors = 64;

/// The tensors of one launch, and for each the first of the blocks that work on it.
template <class T>
struct Updates {
  int tensors = 0;
  unsigned blocks = 0;
  std::int64_t longest = 0;  // of the tensors, in elements
  unsigned first_block[kMostTensors];
  std::int64_t count[kMostTensors];
  T* parameter[kMostTensors];
  const T* gradient[kMostTensors];
  T* first[kMostTensors];
  T* second[kMostTensors];
  T* third[kMostTensors];

  void add(ParameterUpdate& update) {
    first_block[tensors] = blocks;
    count[tensors] = update.parameter.numel();
    parameter[tensors] = static_cast<T*>(update.parameter.raw_data());
    gradient[tensors] = static_cast<const T*>(update.gradient.raw_data());
    first[tensors] = static_cast<T*>(update.first.raw_data());
    second[tensors] = static_cast<T*>(update.second.raw_data());
    third[tensors] = static_cast<T*>(update.third.raw_data());
    longest = std::max(longest, count[tensors]);
    blocks += blocks_for(count[tensors], kChunk);
    ++tensors;
  }

  /// The last tensor whose first block is not behind `block`.
  __device__ int tensor_of(unsigned block) const {
    int low = 0, high = tensors;
    while (high - low > 1) {
      const int middle = (low + high) / 2;
      (first_block[middle] <= block ? low : high) = middle;
    }
    return low;
  }
};

template <class T>
struct SgdChange {
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
struct AdamChange {
  math::AdamUpdate<T> update;
  __device__ void operator()(const Updates<T>& u, int tensor, std::int64_t i) const {
    update(u.parameter[tensor][i], u.gradient[tensor][i], u.first[tensor][i], u.second[tensor][i]);
  }
};

template <class T>
struct RmspropChange {
  math::RmspropUpdate<T> update;
  __device__ void operator()(const Updates<T>& u, int tensor, std::int64_t i) const {
    update(u.parameter[tensor][i], u.gradient[tensor][i], u.first[tensor][i],
           u.second[tensor] != nullptr ? u.second[tensor] + i : nullptr,
           u.third[tensor] != nullptr ? u.third[tensor] + i : nullptr);
  }
};

/// Of an update with one moment.
template <class T, template <class> class Update>
struct MomentChange {
  Update<T> update;
  __device__ void operator()(const Updates<T>& u, int tensor, std::int64_t i) const {
    update(u.parameter[tensor][i], u.gradient[tensor][i], u.first[tensor][i]);
  }
};
template <class T>
using AdagradChange = MomentChange<T, math::AdagradUpdate>;
template <class T>
using LionChange = MomentChange<T, math::LionUpdate>;

// All parameters of a group in one launch, a block for each 1024 elements: small tensors would else cost a
// launch each, some 5 us. Which tensor a block belongs to it finds by bisection in the arguments, which lie
// in constant memory. Each element of the parameter and its moments is read and written once, the gradient
// read once.
template <class T, class Change>
__global__ void __launch_bounds__(kThreads) update_chunks(Updates<T> updates, Change change) {
  const int tensor = updates.tensor_of(blockIdx.x);
  const std::int64_t begin = (blockIdx.x - updates.first_block[tensor]) * kChunk;
  for (std::int64_t i = threadIdx.x; i < kChunk; i += blockDim.x) {
    if (within(begin + i, updates.count[tensor])) change(updates, tensor, begin + i);
  }
}

template <class T, class Change>
void launch_updates(const OnDevice& on, const Updates<T>& updates, const Change& change) {
  if (updates.blocks == 0) return;
  launch(KERNEL(update_chunks<T, Change>), updates.blocks, threads_for(updates.longest), 0, on.stream(),
         updates, change);
}

/// Updates the parameters of type T.
template <class T, class Change>
void update_typed(std::span<ParameterUpdate> updates, const Change& change) {
  const OnDevice on(updates.front().device());
  Updates<T> batch;
  for (ParameterUpdate& update : updates) {
    if (update.parameter.dtype() != dtype_of<T> || update.parameter.numel() == 0) continue;
    batch.add(update);
    if (batch.tensors < kMostTensors) continue;
    launch_updates(on, batch, change);
    batch = {};
  }
  launch_updates(on, batch, change);
}

/// The kernel of a step, whose formula is Update<T>.
template <template <class> class Change, template <class> class Update, class Step>
void update_all(const Step& step, std::span<ParameterUpdate> updates) {
  update_typed<float>(updates, Change<float>{Update<float>(step)});
  update_typed<double>(updates, Change<double>{Update<double>(step)});
}

}  // namespace

void register_optimizer() {
  constexpr auto kCuda = DeviceType::cuda;
  kernels::sgd_step.set(kCuda, update_all<SgdChange, math::SgdUpdate>);
  kernels::adam_step.set(kCuda, update_all<AdamChange, math::AdamUpdate>);
  kernels::rmsprop_step.set(kCuda, update_all<RmspropChange, math::RmspropUpdate>);
  kernels::adagrad_step.set(kCuda, update_all<AdagradChange, math::AdagradUpdate>);
  kernels::lion_step.set(kCuda, update_all<LionChange, math::LionUpdate>);
}

}  // namespace tinytorch::cuda
