#include "kernels/indexing.h"

#include <utility>

#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/sort_kernels.h"

namespace tinytorch {

namespace {

Tensor view(const Tensor& x, const Shape& shape, const Strides& strides) {
  return Tensor(x.storage(), x.dtype(), shape, strides, x.offset());
}

bool is_broadcast(const Tensor& index, int i, int axis) { return i != axis && index.strides()[i] == 0; }

/// Each line of the index once, contiguous: its axis is the last.
Tensor lines_of(const Tensor& index, int axis) {
  Shape shape = index.shape();
  Strides strides = index.strides();
  for (int i = 0; i < shape.size(); ++i) {
    if (is_broadcast(index, i, axis)) shape[i] = 1;
  }
  std::swap(shape[axis], shape.back());
  std::swap(strides[axis], strides.back());
  return contiguous(view(index, shape, strides));
}

}  // namespace

Tensor broadcast_along(const Tensor& x, int axis, const Shape& shape) {
  Strides strides = x.strides();
  strides[axis] = 0;
  return view(x, shape, strides);
}

bool passes(IndexCheck& check, const Tensor& index, std::int64_t length) {
  if (!check.is_needed) return true;
  Tensor largest = empty(Dims::filled(index.rank(), 1), {.dtype = DType::i64, .device = index.device()});
  kernels::index_bound(index, largest);
  check.failed =
      static_cast<std::uint64_t>(largest.item<std::int64_t>()) >= static_cast<std::uint64_t>(length);
  return !check.failed;
}

Scatter make_scatter(const Tensor& source, int axis, const Tensor& index, const Tensor& y) {
  const Tensor lines = lines_of(index, axis);
  const Options options{.dtype = DType::i64, .device = index.device()};
  Scatter scatter{.indices = empty(lines.shape(), options),
                  .order = empty(lines.shape(), options),
                  .sorted = {},
                  .position = {},
                  .source = broadcast_along(source, axis, index.shape()),
                  .y = view(y, index.shape(), y.strides()),
                  .length = index.shape()[axis],
                  .source_stride = source.strides()[axis],
                  .y_stride = y.strides()[axis]};
  if (scatter.length == 1) {
    scatter.indices = lines;
    fill(scatter.order, 0);
  } else {
    kernels::sort(lines, false, scatter.indices, scatter.order);
  }
  Strides sorted = scatter.indices.strides(), position = Dims::filled(index.rank(), 0);
  std::swap(sorted[axis], sorted.back());
  for (int i = 0; i < index.rank(); ++i) {
    if (is_broadcast(index, i, axis)) sorted[i] = 0;
  }
  position[axis] = 1;
  scatter.sorted = view(scatter.indices, index.shape(), sorted);
  scatter.position = view(scatter.indices, index.shape(), position);
  return scatter;
}

}  // namespace tinytorch
