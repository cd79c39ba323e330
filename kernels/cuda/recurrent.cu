#include "kernels/cuda/elementwise.h"
#include "kernels/cuda/kernels.h"
#include "kernels/recurrent-inl.h"

namespace tinytorch::cuda {
namespace {

/// One element of the state: one thread reads all its gates and writes all its results, so that each value
/// moves once. Bytes per element (f32): lstm 44, its gradient 64, gru 32, its gradient 56.
template <class Index, class Work>
struct StateElement {
  Divisor<Index> width;
  Work work;

  __device__ void operator()(Index at) const {
    const Index row = width.quotient(at);
    work(row, at - row * width.divisor(), width.divisor());
  }
};

template <class Index, class Work>
void launch_state(const OnDevice& on, const Tensor& state, const Work& work) {
  const Divisor<Index> width(static_cast<Index>(state.shape().back()));
  launch_map<Index>(on, state.numel(), StateElement<Index, Work>{width, work});
}

/// Calls work(row, j, width) for each element of a state [..., width] with up to four gates.
struct ForEachElement {
  template <class Work>
  void operator()(const Tensor& state, const Work& work) const {
    const OnDevice on(state.device());
    if (state.numel() < largest_index / 4) {
      launch_state<std::uint32_t>(on, state, work);
    } else {
      launch_state<std::uint64_t>(on, state, work);
    }
  }
};

}  // namespace

void register_recurrent() { math::RecurrentKernels<ForEachElement>::register_for(DeviceType::cuda); }

}  // namespace tinytorch::cuda
