#include "kernels/iteration_space.h"

namespace tinytorch {
namespace {

/// True where going through the `inner` axis to its end leads each operand to the next place along `outer`.
template <int N>
bool mergeable(const PerOperand<N>& outer, const PerOperand<N>& inner, std::int64_t inner_length) {
  for (std::size_t i = 0; i < N; ++i) {
    if (outer[i] != inner[i] * inner_length) return false;
  }
  return true;
}

/// Puts an axis in front of those with a smaller step of the output.
template <int N>
void insert_axis(IterationSpace<N>& loop, std::int64_t length, const PerOperand<N>& step) {
  auto at = static_cast<std::size_t>(loop.rank);
  for (; at > 0 && loop.strides[at - 1][N - 1] < step[N - 1]; --at) {
    loop.sizes[at] = loop.sizes[at - 1];
    loop.strides[at] = loop.strides[at - 1];
  }
  loop.sizes[at] = length;
  loop.strides[at] = step;
  ++loop.rank;
}

template <int N>
void finish(IterationSpace<N>& loop) {
  if (loop.rank == 0) insert_axis<N>(loop, 1, {});
  std::size_t last = 0;
  for (std::size_t axis = 1; axis < static_cast<std::size_t>(loop.rank); ++axis) {
    if (mergeable<N>(loop.strides[last], loop.strides[axis], loop.sizes[axis])) {
      loop.sizes[last] *= loop.sizes[axis];
    } else {
      loop.sizes[++last] = loop.sizes[axis];
    }
    loop.strides[last] = loop.strides[axis];
  }
  loop.rank = static_cast<int>(last) + 1;
}

/// The loop over the first `axes` axes.
template <int N>
IterationSpace<N> space_over(const std::array<const Tensor*, N>& operands, int axes) {
  IterationSpace<N> loop;
  const Shape& shape = operands[N - 1]->shape();
  for (int axis = 0; axis < axes; ++axis) {
    if (shape[axis] == 1) continue;
    PerOperand<N> step;
    for (std::size_t i = 0; i < N; ++i) step[i] = operands[i]->strides()[axis];
    insert_axis<N>(loop, shape[axis], step);
    loop.numel *= shape[axis];
  }
  finish(loop);
  return loop;
}

}  // namespace

template <int N>
IterationSpace<N> make_iteration_space(const std::array<const Tensor*, N>& operands) {
  return space_over<N>(operands, operands[N - 1]->rank());
}

IterationSpace<3> make_batch_space(const Tensor& a, const Tensor& b, const Tensor& y) {
  return space_over<3>({&a, &b, &y}, y.rank() - 2);
}

ReductionSpaces make_reduction_spaces(const Tensor& x, const Tensor& y) {
  ReductionSpaces loops;
  loops.kept.numel = y.numel();
  for (int axis = 0; axis < x.rank(); ++axis) {
    const std::int64_t length = x.shape()[axis], step = x.strides()[axis];
    if (length == 1) continue;
    if (y.shape()[axis] == 1) {
      insert_axis<1>(loops.reduced, length, {step});
      loops.reduced.numel *= length;
    } else {
      insert_axis<2>(loops.kept, length, {step, y.strides()[axis]});
    }
  }
  finish(loops.kept);
  finish(loops.reduced);
  return loops;
}

template IterationSpace<1> make_iteration_space<1>(const std::array<const Tensor*, 1>&);
template IterationSpace<2> make_iteration_space<2>(const std::array<const Tensor*, 2>&);
template IterationSpace<3> make_iteration_space<3>(const std::array<const Tensor*, 3>&);
template IterationSpace<4> make_iteration_space<4>(const std::array<const Tensor*, 4>&);

}  // namespace tinytorch
