#include "core/ops/optimizer_kernels.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "core/ops/creation.h"
#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"
#include "kernels/math/optimizer-inl.h"

namespace tinytorch::cuda {
namespace {

/// Elements that a block updates.
constexpr std::int64_t kChunk = 4 * kThreads;
/// As many tensors as a kernel's arguments hold, 4 KiB on each GPU.
constexpr int kMaxInArguments = 64;

/// The tensors of one update, and the first block that updates them.
template <class T>
struct Update {
  std::int64_t numel;
  unsigned first_block;
  T* parameter;
  const T* gradient;
  T* first;
  T* second;
  T* third;
};

/// A table of updates among the arguments of a kernel.
template <class T>
struct FewUpdates {
  int size;
  Update<T> of[kMaxInArguments];
};
/// A table of updates in the device's memory.
template <class T>
struct ManyUpdates {
  int size;
  const Update<T>* of;
};

/// The update of a block: the last whose first block is at most `block`.
template <class Updates>
__device__ const auto& update_of(const Updates& updates, unsigned block) {
  int low = 0, high = updates.size;
  while (high - low > 1) {
    const int middle = (low + high) / 2;
    (updates.of[middle].first_block <= block ? low : high) = middle;
  }
  return updates.of[low];
}

// The formulas at element i of an update.

template <class T>
struct SgdElement {
  math::SgdUpdate<T> formula;
  __device__ void operator()(const Update<T>& u, std::int64_t i) const {
    if (u.first != nullptr) {
      formula(u.parameter[i], u.gradient[i], u.first[i]);
    } else {
      formula(u.parameter[i], u.gradient[i]);
    }
  }
};

template <class T>
__device__ T* element_or_null(T* elements, std::int64_t i) {
  return elements != nullptr ? elements + i : nullptr;
}

template <class T>
struct AdamElement {
  math::AdamUpdate<T> formula;
  __device__ void operator()(const Update<T>& u, std::int64_t i) const {
    formula(u.parameter[i], u.gradient[i], u.first[i], u.second[i], element_or_null(u.third, i));
  }
};

template <class T>
struct RmspropElement {
  math::RmspropUpdate<T> formula;
  __device__ void operator()(const Update<T>& u, std::int64_t i) const {
    formula(u.parameter[i], u.gradient[i], u.first[i], element_or_null(u.second, i),
            element_or_null(u.third, i));
  }
};

/// For formulas with one moment.
template <class T, template <class> class Formula>
struct OneMomentElement {
  Formula<T> formula;
  __device__ void operator()(const Update<T>& u, std::int64_t i) const {
    formula(u.parameter[i], u.gradient[i], u.first[i]);
  }
};
template <class T>
using AdagradElement = OneMomentElement<T, math::AdagradUpdate>;
template <class T>
using LionElement = OneMomentElement<T, math::LionUpdate>;

// All parameters of a group and dtype in one launch, one block per 1024 elements: small tensors would
// otherwise cost a launch each, some 5 us, and a launch is made as a whole or not at all. A block finds its
// tensors by bisection in the table. Each element of a parameter and its moments is read and written once,
// each element of the gradient read once.
template <class Updates, class UpdateElement>
__global__ void __launch_bounds__(kThreads) update_chunks(Updates updates, UpdateElement update_element) {
  const auto& update = update_of(updates, blockIdx.x);
  const std::int64_t begin = static_cast<std::int64_t>(blockIdx.x - update.first_block) * kChunk;
  for (std::int64_t i = threadIdx.x; i < kChunk; i += blockDim.x) {
    if (within(begin + i, update.numel)) update_element(update, begin + i);
  }
}

template <class T>
struct Table {
  std::vector<Update<T>> updates;
  unsigned blocks = 0;
  std::int64_t max_numel = 0;

  void add(ParameterUpdate& update) {
    const std::int64_t numel = update.parameter.numel();
    updates.push_back({.numel = numel,
                       .first_block = blocks,
                       .parameter = static_cast<T*>(update.parameter.raw_data()),
                       .gradient = static_cast<const T*>(update.gradient.raw_data()),
                       .first = static_cast<T*>(update.first.raw_data()),
                       .second = static_cast<T*>(update.second.raw_data()),
                       .third = static_cast<T*>(update.third.raw_data())});
    blocks += blocks_for(numel, kChunk);
    max_numel = std::max(max_numel, numel);
  }
};

/// A copy in the device's memory.
template <class T>
Tensor uploaded(const std::vector<Update<T>>& updates, Device device) {
  const std::size_t bytes = updates.size() * sizeof(Update<T>);
  Tensor copy = empty({static_cast<std::int64_t>(bytes)}, {.dtype = DType::u8, .device = Device::cpu()});
  std::memcpy(copy.raw_data(), updates.data(), bytes);
  return copy.to(device);
}

/// Updates the parameters of type T.
template <class T, class UpdateElement>
void update_typed(std::span<ParameterUpdate> updates, const UpdateElement& update_element) {
  Table<T> table;
  for (ParameterUpdate& update : updates) {
    if (update.parameter.dtype() == dtype_of<T> && update.parameter.numel() > 0) table.add(update);
  }
  if (table.updates.empty()) return;
  const Device device = updates.front().device();
  const OnDevice on(device);
  const auto launch_with = [&]<class Updates>(const Updates& in_kernel) {
    launch(KERNEL(update_chunks<Updates, UpdateElement>), table.blocks, threads_for(table.max_numel), 0,
           on.stream(), in_kernel, update_element);
  };
  const int size = static_cast<int>(table.updates.size());
  if (size <= kMaxInArguments) {
    FewUpdates<T> few{.size = size, .of = {}};
    std::copy(table.updates.begin(), table.updates.end(), few.of);
    launch_with(few);
  } else {
    const Tensor memory = uploaded(table.updates, device);
    launch_with(ManyUpdates<T>{.size = size, .of = static_cast<const Update<T>*>(memory.raw_data())});
  }
}

/// The kernel of an optimizer step with the given formula.
template <template <class> class UpdateElement, template <class> class Formula, class Step>
void update_all(const Step& step, std::span<ParameterUpdate> updates) {
  update_typed<float>(updates, UpdateElement<float>{Formula<float>(step)});
  update_typed<double>(updates, UpdateElement<double>{Formula<double>(step)});
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
