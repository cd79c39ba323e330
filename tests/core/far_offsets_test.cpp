// Elements that lie more than 2^32 elements apart. Their offsets take more than 32 bits wherever a kernel
// computes one, but the memory between them is mapped and never touched, so that it takes none.
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/allocator.h"
#include "core/ops/activation.h"
#include "core/ops/arithmetic_kernels.h"
#include "core/ops/attention.h"
#include "core/ops/comparison.h"
#include "core/ops/composite.h"
#include "core/ops/convolution.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/indexing.h"
#include "core/ops/indexing_kernels.h"
#include "core/ops/interpolate.h"
#include "core/ops/matmul.h"
#include "core/ops/pooling.h"
#include "core/ops/positions.h"
#include "core/ops/random.h"
#include "core/ops/rearrange.h"
#include "core/ops/scan.h"
#include "core/ops/sort.h"
#include "core/ops/statistics.h"
#include "core/ops/unfold.h"
#include "core/storage.h"
#include "kernels/iteration_space.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

/// Address space without memory: pages that are written to get some. Read as zeros, otherwise.
class LazyAllocator : public Allocator {
 public:
  void* allocate(std::size_t bytes) override {
    void* const block =
        mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (block == MAP_FAILED) throw MemoryError("[far] cannot map " + std::to_string(bytes) + " bytes");
    return block;
  }
  void deallocate(void* block, std::size_t bytes) noexcept override { munmap(block, bytes); }
  MemoryStats stats() const override { return {}; }
  void set_limit(std::size_t) override {}
  void set_caching(bool) override {}
  void release_cached() override {}
  void reset_peak() override {}
};

/// Cut to 32 bits, signed or not, it is 5: the offset of another element.
constexpr std::int64_t kFar = (std::int64_t{1} << 32) + 5;

std::shared_ptr<Storage> lazy_storage(std::int64_t elements, DType dtype) {
  static LazyAllocator lazy;
  const auto bytes = static_cast<std::size_t>(elements) * size_of(dtype);
  // A GPU has memory of its own, and enough.
  if (backend().type == DeviceType::cuda && !is_emulated(backend()))
    return std::make_shared<Storage>(backend(), bytes);
  return std::make_shared<Storage>(backend(), bytes, lazy);
}

/// An uninitialized tensor whose elements lie kFar apart along one axis, and together along the others.
Tensor far_empty(const Shape& shape, DType dtype, int axis) {
  Shape inner = shape;
  inner[axis] = 1;
  Strides strides = contiguous_strides(inner);
  strides[axis] = kFar;
  return Tensor(lazy_storage(shape[axis] * kFar, dtype), dtype, shape, strides, 0);
}

Tensor far_copy(const Tensor& x, int axis) {
  Tensor y = far_empty(x.shape(), x.dtype(), axis);
  assign(y, x);
  return y;
}

/// f of x, and of x with each of its axes far, must be the same.
template <class F>
void expect_the_same(const Tensor& x, const F& f, double tolerance = 0) {
  const Tensor expected = f(x);
  for (int axis = 0; axis < x.rank(); ++axis) {
    SCOPED_TRACE("axis " + std::to_string(axis));
    const Tensor actual = f(far_copy(x, axis));
    if (tolerance == 0) {
      EXPECT_TENSOR_EQ(contiguous(actual), contiguous(expected));
    } else {
      EXPECT_TENSOR_NEAR(contiguous(actual), contiguous(expected), tolerance);
    }
  }
}

Tensor random(const Shape& shape) { return randn(shape).to(backend()); }
Tensor indices(std::int64_t n, const Shape& shape) { return randint(0, n, shape).to(backend()); }

TEST(FarOffsets, OfElementwiseOperandsAndResults) {
  const Tensor x = random({3, 7, 4}), row = random({7, 1});
  expect_the_same(x, [&](const Tensor& at) { return contiguous(at); });
  expect_the_same(x, [&](const Tensor& at) { return at + row; });
  expect_the_same(x, [&](const Tensor& at) { return relu(at); });
  expect_the_same(x, [&](const Tensor& at) { return where(at > row, at, row); });
  expect_the_same(x, [&](const Tensor& at) { return at.to(DType::f64); });
  expect_the_same(random({37, 33}), [&](const Tensor& at) { return contiguous(transpose(at)); });
}

TEST(FarOffsets, OfElementsChangedInPlace) {
  const Tensor x = random({3, 7, 4}), row = random({7, 1});
  for (int axis = 0; axis < 3; ++axis) {
    Tensor y = far_copy(x, axis);
    y *= row;
    EXPECT_TENSOR_EQ(contiguous(y), x * row);
    fill(y, 3);
    EXPECT_TENSOR_EQ(contiguous(y), full_like(x, 3));
    kernels::add(x, x, y);
    EXPECT_TENSOR_EQ(contiguous(y), x + x);
  }
}

TEST(FarOffsets, OfReducedElements) {
  const Tensor x = random({3, 7, 4});
  for (const Axes& axes : {Axes{}, Axes{0}, Axes{1}, Axes{2}, Axes{0, 2}}) {
    expect_the_same(
        x, [&](const Tensor& at) { return sum(at, axes); }, 1e-6);
    expect_the_same(
        x, [&](const Tensor& at) { return prod(at, axes); }, 1e-6);
    expect_the_same(x, [&](const Tensor& at) { return max(at, axes); });
  }
  for (int along = 0; along < 3; ++along) {
    expect_the_same(x, [&](const Tensor& at) { return argmin(at, along); });
    expect_the_same(
        x, [&](const Tensor& at) { return softmax(at, along); }, 1e-6);
    expect_the_same(
        x, [&](const Tensor& at) { return cumsum(at, along); }, 1e-6);
    expect_the_same(
        x, [&](const Tensor& at) { return cumprod(at, along); }, 1e-6);
    expect_the_same(x, [&](const Tensor& at) { return sort(at, along).values; });
    expect_the_same(x, [&](const Tensor& at) { return sort(at, along).indices; });
    expect_the_same(x, [&](const Tensor& at) { return topk(at, 2, along).values; });
  }
  expect_the_same(
      x, [&](const Tensor& at) { return var(at, {1}); }, 1e-6);
  expect_the_same(
      x, [&](const Tensor& at) { return norm(at); }, 1e-6);
}

TEST(FarOffsets, OfWhatAnIndexPointsTo) {
  const Tensor x = random({3, 7, 4}), source = random({3, 5, 4});
  const Tensor index = indices(7, {3, 5, 4}), line = indices(7, {5});
  expect_the_same(x, [&](const Tensor& at) { return gather(at, 1, index); });
  expect_the_same(x, [&](const Tensor& at) { return index_select(at, 1, line); });
  expect_the_same(x, [&](const Tensor& at) { return take_along_axis(at, index, 1); });
  expect_the_same(x, [&](const Tensor& at) { return scatter(at, 1, index, source); });
  expect_the_same(
      x, [&](const Tensor& at) { return index_add(at, 1, line, source); }, 1e-6);
  expect_the_same(x, [&](const Tensor& at) { return masked_select(at, at > 0); });
  expect_the_same(x, [&](const Tensor& at) { return nonzero(at); });
  expect_the_same(random({7, 4}), [&](const Tensor& at) { return embedding(at, line); });
}

TEST(FarOffsets, OfIndicesAndSources) {
  const Tensor x = random({3, 7, 4}), source = random({3, 5, 4});
  const Tensor index = indices(7, {3, 5, 4});
  expect_the_same(index, [&](const Tensor& at) { return gather(x, 1, at); });
  expect_the_same(index, [&](const Tensor& at) { return scatter(x, 1, at, source); });
  expect_the_same(
      index, [&](const Tensor& at) { return scatter_add(x, 1, at, source); }, 1e-6);
  expect_the_same(source, [&](const Tensor& at) { return scatter(x, 1, index, at); });
  expect_the_same(
      source, [&](const Tensor& at) { return scatter_add(x, 1, index, at); }, 1e-6);
  expect_the_same(indices(7, {5}), [&](const Tensor& at) { return index_select(x, 1, at); });
}

TEST(FarOffsets, OfTargetsOfAScatter) {
  const Tensor source = random({3, 5, 4}), index = indices(7, {3, 5, 4}), x = random({3, 7, 4});
  IndexCheck check;
  for (const kernels::ScatterKernel* const kernel : {&kernels::scatter, &kernels::scatter_add}) {
    Tensor expected = empty_like(x);
    (*kernel)(x, source, 1, index, check, expected);
    for (int axis = 0; axis < 3; ++axis) {
      Tensor y = far_copy(x, axis);
      (*kernel)(y, source, 1, index, check, y);
      EXPECT_TENSOR_NEAR(contiguous(y), expected, 1e-6);
    }
  }
}

TEST(FarOffsets, WithinOneContiguousTensor) {
  const std::int64_t rows = kFar / 2 + 1;
  const Tensor x(lazy_storage(2 * rows, DType::u8), DType::u8, {rows, 2}, {2, 1}, 0);
  Tensor last = slice(x, 0, rows - 2), first = slice(x, 0, 0, 2);
  fill(first, 9);
  const Tensor values = Tensor{{1, 2}, {3, 4}}.to({.dtype = DType::u8, .device = backend()});
  for (int column = 0; column < 2;
       ++column) {  // by a kernel: memory that is not the device's own has no memcpy
    Tensor target = slice(last, 1, column, column + 1);
    assign(target, slice(values, 1, column, column + 1));
  }
  const Tensor expected = Tensor{{3, 4}, {1, 2}, {9, 9}}.to({.dtype = DType::u8, .device = backend()});
  const Tensor line = Tensor{rows - 1, rows - 2, std::int64_t{0}}.to(backend());
  EXPECT_TENSOR_EQ(index_select(x, 0, line), expected);
  EXPECT_TENSOR_EQ(embedding(x, line), expected);
  EXPECT_TENSOR_EQ(gather(x, 0, contiguous(expand(unsqueeze(line, 1), {3, 2}))), expected);
  EXPECT_TENSOR_EQ(select(x, 0, -1) + 0, select(expected, 0, 0));
  Tensor y = x;
  IndexCheck check;
  kernels::scatter(y, expected, 0, expand(unsqueeze(line, 1), {3, 2}), check, y);
  EXPECT_TENSOR_EQ(index_select(x, 0, line), expected);
}

TEST(FarOffsets, OfIterationSpaces) {
  const std::int64_t rows = kFar / 2 + 1, numel = 2 * rows;
  const Tensor x(lazy_storage(numel, DType::u8), DType::u8, {rows, 2}, {2, 1}, 0);
  const auto merged = make_iteration_space<1>({&x});
  EXPECT_EQ(merged.rank, 1);
  EXPECT_EQ(merged.inner_size(), numel);
  EXPECT_EQ(merged.numel, numel);
  EXPECT_EQ(MultiIndex<1>(merged, numel - 1).offset[0], numel - 1);
  const Tensor columns = transpose(x), overlapping(x.storage(), DType::u8, {2, rows}, {1, 1}, 0);
  const auto apart = make_iteration_space<2>({&columns, &overlapping});
  EXPECT_EQ(apart.numel, numel);
  EXPECT_EQ(MultiIndex<2>(apart, numel - 1).offset, (PerOperand<2>{numel - 1, rows}));
  const ReductionSpaces spaces = make_reduction_spaces(x, zeros({1, 2}));
  EXPECT_EQ(spaces.reduced.numel, rows);
  EXPECT_EQ(spaces.kept.numel, 2);
}

TEST(FarOffsets, OfMatrices) {
  const Tensor a = random({2, 3, 5}), b = random({2, 5, 4});
  expect_the_same(
      a, [&](const Tensor& at) { return matmul(at, b); }, 1e-5);
  expect_the_same(
      b, [&](const Tensor& at) { return matmul(a, at); }, 1e-5);
  expect_the_same(
      a, [&](const Tensor& at) { return matmul(at, transpose(at)); }, 1e-5);
  expect_the_same(
      a, [&](const Tensor& at) { return matmul(at.to(DType::f64), b.to(DType::f64)); }, 1e-12);
  const Tensor integers = indices(9, {3, 4});
  expect_the_same(integers, [&](const Tensor& at) { return matmul(at, transpose(integers)); });
  expect_the_same(
      random({3, 5}),
      [&](const Tensor& at) { return linear(at, ones_like(at), zeros({3}, {.device = backend()})); }, 1e-5);
}

TEST(FarOffsets, OfImages) {
  const Tensor x = random({2, 3, 5, 4}), weight = random({2, 3, 2, 2});
  expect_the_same(
      x, [&](const Tensor& at) { return conv2d(at, weight); }, 1e-5);
  expect_the_same(
      weight, [&](const Tensor& at) { return conv2d(x, at); }, 1e-5);
  expect_the_same(x, [&](const Tensor& at) { return max_pool2d(at, 2); });
  expect_the_same(
      x, [&](const Tensor& at) { return avg_pool2d(at, 2); }, 1e-6);
  expect_the_same(
      x,
      [&](const Tensor& at) {
        return interpolate(at, {7, 3});
      },
      1e-6);
  expect_the_same(x, [&](const Tensor& at) { return unfold(at, {.kernel = 2}); });
}

TEST(FarOffsets, OfRearrangedElements) {
  const Tensor x = random({3, 7, 4});
  expect_the_same(x, [&](const Tensor& at) { return concat({at, x, at}, 1); });
  expect_the_same(x, [&](const Tensor& at) { return pad(at, {{1, 2}, {3, 0}}); });
  expect_the_same(x, [&](const Tensor& at) { return pad(at, {{1, 2}, {3, 0}}, PadMode::reflect); });
  expect_the_same(x, [&](const Tensor& at) { return flip(at); });
  expect_the_same(x, [&](const Tensor& at) { return roll(at, {2}, {1}); });
  expect_the_same(x, [&](const Tensor& at) { return reshape(at, {7, 12}); });
  expect_the_same(
      x, [&](const Tensor& at) { return rotary(at); }, 1e-6);
  expect_the_same(random({5, 5}), [&](const Tensor& at) { return diagonal(at, 1); });
  expect_the_same(x, [&](const Tensor& at) { return slice(at, 1, 1, {}, 3); });
}

TEST(FarOffsets, OfHeads) {
  const Tensor q = random({2, 2, 3, 4}), k = random({2, 2, 5, 4});
  expect_the_same(
      q, [&](const Tensor& at) { return scaled_dot_product_attention(at, k, k); }, 1e-5);
  expect_the_same(
      k, [&](const Tensor& at) { return scaled_dot_product_attention(q, at, k); }, 1e-5);
  expect_the_same(
      k, [&](const Tensor& at) { return scaled_dot_product_attention(q, k, at); }, 1e-5);
}

}  // namespace
}  // namespace tinytorch::testing
