#include "kernels/iteration_space.h"

namespace tinytorch {
namespace {

/// True if for each operand the stride of the outer axis is that of the inner axis times its length.
template <int N>
bool mergeable(const PerOperand<N>& outer, const PerOperand<N>& inner, std::int64_t inner_length) {
  for (std::size_t i = 0; i < N; ++i) {
    if (outer[i] != inner[i] * inner_length) return false;
  }
  return true;
}

/// Inserts an axis before those with a smaller stride of the output.
template <int N>
void insert_axis(IterationSpace<N>& space, std::int64_t length, const PerOperand<N>& strides) {
  auto at = static_cast<std::size_t>(space.rank);
  for (; at > 0 && space.strides[at - 1][N - 1] < strides[N - 1]; --at) {
    space.sizes[at] = space.sizes[at - 1];
    space.strides[at] = space.strides[at - 1];
  }
  space.sizes[at] = length;
  space.strides[at] = strides;
  ++space.rank;
}

/// Merges adjacent axes where the strides allow it; a space without axes gets one of length 1.
template <int N>
void merge_axes(IterationSpace<N>& space) {
  if (space.rank == 0) insert_axis<N>(space, 1, {});
  std::size_t last = 0;
  for (std::size_t axis = 1; axis < static_cast<std::size_t>(space.rank); ++axis) {
    if (mergeable<N>(space.strides[last], space.strides[axis], space.sizes[axis])) {
      space.sizes[last] *= space.sizes[axis];
    } else {
      space.sizes[++last] = space.sizes[axis];
    }
    space.strides[last] = space.strides[axis];
  }
  space.rank = static_cast<int>(last) + 1;
}

/// The iteration space of the first `axes` axes.
template <int N>
IterationSpace<N> space_over(const std::array<const Tensor*, N>& operands, int axes) {
  IterationSpace<N> space;
  const Shape& shape = operands[N - 1]->shape();
  for (int axis = 0; axis < axes; ++axis) {
    if (shape[axis] == 1) continue;
    PerOperand<N> strides;
    for (std::size_t i = 0; i < N; ++i) strides[i] = operands[i]->strides()[axis];
    insert_axis<N>(space, shape[axis], strides);
    space.numel *= shape[axis];
  }
  merge_axes(space);
  return space;
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
  ReductionSpaces spaces;
  spaces.kept.numel = y.numel();
  for (int axis = 0; axis < x.rank(); ++axis) {
    const std::int64_t length = x.shape()[axis], stride = x.strides()[axis];
    if (length == 1) continue;
    if (y.shape()[axis] == 1) {
      insert_axis<1>(spaces.reduced, length, {stride});
      spaces.reduced.numel *= length;
    } else {
      insert_axis<2>(spaces.kept, length, {stride, y.strides()[axis]});
    }
  }
  merge_axes(spaces.kept);
  merge_axes(spaces.reduced);
  return spaces;
}

template IterationSpace<1> make_iteration_space<1>(const std::array<const Tensor*, 1>&);
template IterationSpace<2> make_iteration_space<2>(const std::array<const Tensor*, 2>&);
template IterationSpace<3> make_iteration_space<3>(const std::array<const Tensor*, 3>&);
template IterationSpace<4> make_iteration_space<4>(const std::array<const Tensor*, 4>&);

}  // namespace tinytorch
