#include "kernels/loop.h"

namespace tinytorch {
namespace {

/// True where going through the `inner` axis to its end leads each operand to the next place along `outer`.
template <int N>
bool mergeable(const Steps<N>& outer, const Steps<N>& inner, std::int64_t inner_length) {
  for (std::size_t i = 0; i < N; ++i) {
    if (outer[i] != inner[i] * inner_length) return false;
  }
  return true;
}

/// Puts an axis in front of those with a smaller step of the output.
template <int N>
void insert_axis(Loop<N>& loop, std::int64_t length, const Steps<N>& step) {
  auto at = static_cast<std::size_t>(loop.rank);
  for (; at > 0 && loop.step[at - 1][N - 1] < step[N - 1]; --at) {
    loop.length[at] = loop.length[at - 1];
    loop.step[at] = loop.step[at - 1];
  }
  loop.length[at] = length;
  loop.step[at] = step;
  ++loop.rank;
}

template <int N>
void finish(Loop<N>& loop) {
  if (loop.rank == 0) insert_axis<N>(loop, 1, {});
  std::size_t last = 0;
  for (std::size_t axis = 1; axis < static_cast<std::size_t>(loop.rank); ++axis) {
    if (mergeable<N>(loop.step[last], loop.step[axis], loop.length[axis])) {
      loop.length[last] *= loop.length[axis];
    } else {
      loop.length[++last] = loop.length[axis];
    }
    loop.step[last] = loop.step[axis];
  }
  loop.rank = static_cast<int>(last) + 1;
}

/// The loop over the first `axes` axes.
template <int N>
Loop<N> loop_over(const std::array<const Tensor*, N>& operands, int axes) {
  Loop<N> loop;
  const Shape& shape = operands[N - 1]->shape();
  for (int axis = 0; axis < axes; ++axis) {
    if (shape[axis] == 1) continue;
    Steps<N> step;
    for (std::size_t i = 0; i < N; ++i) step[i] = operands[i]->strides()[axis];
    insert_axis<N>(loop, shape[axis], step);
    loop.count *= shape[axis];
  }
  finish(loop);
  return loop;
}

}  // namespace

template <int N>
Loop<N> make_loop(const std::array<const Tensor*, N>& operands) {
  return loop_over<N>(operands, operands[N - 1]->rank());
}

Loop<3> make_batch_loop(const Tensor& a, const Tensor& b, const Tensor& y) {
  return loop_over<3>({&a, &b, &y}, y.rank() - 2);
}

ReductionLoops make_reduction_loops(const Tensor& x, const Tensor& y) {
  ReductionLoops loops;
  loops.kept.count = y.numel();
  for (int axis = 0; axis < x.rank(); ++axis) {
    const std::int64_t length = x.shape()[axis], step = x.strides()[axis];
    if (length == 1) continue;
    if (y.shape()[axis] == 1) {
      insert_axis<1>(loops.reduced, length, {step});
      loops.reduced.count *= length;
    } else {
      insert_axis<2>(loops.kept, length, {step, y.strides()[axis]});
    }
  }
  finish(loops.kept);
  finish(loops.reduced);
  return loops;
}

template Loop<1> make_loop<1>(const std::array<const Tensor*, 1>&);
template Loop<2> make_loop<2>(const std::array<const Tensor*, 2>&);
template Loop<3> make_loop<3>(const std::array<const Tensor*, 3>&);
template Loop<4> make_loop<4>(const std::array<const Tensor*, 4>&);

}  // namespace tinytorch
