#include "core/ops/rearrange.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "core/ops/copy_kernels.h"
#include "tests/conformance/op_table.h"
#include "tests/conformance/rows.h"

namespace tinytorch::conformance {
namespace {

const std::vector<Shape> kMatrices{{3, 5}, {5, 3}, {1, 4}, {0, 3}, {3, 0}, {2, 3, 4}, {70, 67}};

std::int64_t modulo(std::int64_t a, std::int64_t b) { return ((a % b) + b) % b; }

/// The elements of x in a new shape: `to_source` maps an index of it to one of x, in place.
template <class ToSource>
Array rearranged(const Array& x, const Shape& shape, const ToSource& to_source) {
  return generate(shape, [&](Dims at) {
    to_source(at);
    return x(at);
  });
}

void order_rows() {
  const Domain values = real(-9, 9);
  row("flip")
      .covers(kernels::flip)
      .inputs(values)
      .dtypes(kAllDTypes)
      .shapes({{}, {1}, {7}, {0}, {3, 5}, {2, 3, 4}, {67, 131}})
      .reference([](const Array& x) {
        return rearranged(x, x.shape, [&](Dims& at) {
          for (int i = 0; i < at.size(); ++i) at[i] = x.shape[i] - 1 - at[i];
        });
      })
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x) { return flip(x); });
  row("flip_of_last_axis")
      .inputs(values)
      .dtypes(kAllDTypes)
      .shapes(kMatrices)
      .reference([](const Array& x) {
        return rearranged(x, x.shape, [&](Dims& at) { at.back() = x.shape.back() - 1 - at.back(); });
      })
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x) { return flip(x, {-1}); });
  row("roll")
      .inputs(values)
      .dtypes(kAllDTypes)
      .shapes(kMatrices)
      .reference([](const Array& x) {
        return rearranged(x, x.shape, [&](Dims& at) {
          at[0] = modulo(at[0] - 2, x.shape[0]);
          at[1] = modulo(at[1] + 7, x.shape[1]);
        });
      })
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x) {
        return roll(x, {2, -7}, {0, 1});
      });
  row("roll_of_all")
      .inputs(values)
      .dtypes(kAllDTypes)
      .shapes({{}, {7}, {0}, {3, 5}, {2, 3, 4}})
      .reference([](const Array& x) {
        Array y = x;
        if (!y.values.empty()) {
          const auto by = modulo(-4, static_cast<std::int64_t>(y.values.size()));
          std::rotate(y.values.begin(), y.values.begin() + by, y.values.end());
        }
        return y;
      })
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x) { return roll(x, 4); });
  row("movedim")
      .inputs(values)
      .dtypes(kAllDTypes)
      .shapes({{2, 3}, {2, 3, 4}, {2, 3, 2, 2}, {0, 3}})
      .reference([](const Array& x) {
        Shape shape = x.shape;
        shape.erase(0);
        shape.push_back(x.shape[0]);
        return rearranged(x, shape, [](Dims& at) {
          const std::int64_t last = at.back();
          at.erase(at.size() - 1);
          at.insert(0, last);
        });
      })
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x) { return movedim(x, 0, -1); });
}

void repeat_rows() {
  const Domain values = real(-9, 9);
  const auto tiled = [](const Array& x, const Dims& repeats) {
    const int lead = repeats.size() - x.shape.size();
    Shape shape = repeats;
    for (int i = 0; i < x.shape.size(); ++i) shape[lead + i] *= x.shape[i];
    return rearranged(x, shape, [&](Dims& at) {
      for (int i = 0; i < lead; ++i) at.erase(0);
      for (int i = 0; i < at.size(); ++i) at[i] = at[i] % x.shape[i];
    });
  };
  row("repeat")
      .inputs(values)
      .dtypes(kAllDTypes)
      .shapes({{2, 3}, {1, 1}, {3}, {0, 2}, {20, 67}})
      .reference([=](const Array& x) {
        return tiled(x, {2, 1, 3});
      })
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x) {
        return repeat(x, {2, 1, 3});
      });
  row("repeat_no_times")
      .inputs(values)
      .dtypes(kAllDTypes)
      .shapes({{2, 3}})
      .reference([=](const Array& x) {
        return tiled(x, {0, 2});
      })
      .gradient(not_differentiable)
      .calls([](const Tensor& x) {
        return repeat(x, {0, 2});
      });
  row("tile")
      .inputs(values)
      .dtypes(kAllDTypes)
      .shapes({{2, 3}, {2, 3, 4}, {3, 0}})
      .reference([=](const Array& x) {
        Dims repeats = Dims::filled(x.shape.size(), 1);
        repeats.back() = 2;
        return tiled(x, repeats);
      })
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x) { return tile(x, {2}); });
}

/// The slices of x at these indices along an axis.
Array slices(const Array& x, int axis, const std::vector<std::int64_t>& indices) {
  Shape shape = x.shape;
  shape[axis] = std::ssize(indices);
  return rearranged(x, shape, [&](Dims& at) { at[axis] = indices[static_cast<std::size_t>(at[axis])]; });
}

/// The index i repeats(i) times, for each index along an axis of this length.
template <class Repeats>
std::vector<std::int64_t> repeated_indices(std::int64_t length, const Repeats& repeats) {
  std::vector<std::int64_t> indices;
  for (std::int64_t i = 0; i < length; ++i)
    indices.insert(indices.end(), static_cast<std::size_t>(repeats(i)), i);
  return indices;
}

void repeat_interleave_rows() {
  const Domain values = real(-9, 9);
  row("repeat_interleave")
      .inputs(values)
      .dtypes(kAllDTypes)
      .shapes({{}, {3}, {2, 3}, {0}, {2, 3, 4}, {20, 67}})
      .reference([](const Array& x) {
        const auto numel = std::ssize(x.values);
        return slices({{numel}, x.values}, 0, repeated_indices(numel, [](std::int64_t) { return 3; }));
      })
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x) { return repeat_interleave(x, 3); });
  for (const std::int64_t n : {0, 1, 2}) {
    row("repeat_interleave_second_axis_" + std::to_string(n) + "_times")
        .inputs(values)
        .dtypes(kAllDTypes)
        .shapes({{2, 3}, {2, 3, 4}, {0, 3}, {3, 0}, {9, 33, 3}})
        .reference([=](const Array& x) {
          return slices(x, 1, repeated_indices(x.shape[1], [=](std::int64_t) { return n; }));
        })
        .exactly_with_signed_zeros()
        .gradient(differentiable)
        .calls([=](const auto& x) { return repeat_interleave(x, n, 1); });
  }
  row("repeat_interleave_each")
      .inputs(values, indices(4))
      .dtypes(kAllDTypes)
      .operand_shapes({{{2, 3}, {3}}, {{2, 3, 4}, {3}}, {{0, 3}, {3}}, {{3, 0}, {0}}, {{9, 130, 3}, {130}}})
      .reference([](const Array& x, const Array& repeats) {
        return slices(x, 1, repeated_indices(x.shape[1], [&](std::int64_t i) { return repeats({i}); }));
      })
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x, const auto& repeats) { return repeat_interleave(x, value_of(repeats), 1); });
  row("repeat_interleave_each_of_all")
      .inputs(values, indices(4))
      .dtypes(kAllDTypes)
      .operand_shapes({{{2, 3}, {6}}, {{5}, {5}}, {{}, {1}}, {{0}, {0}}})
      .reference([](const Array& x, const Array& repeats) {
        const auto numel = std::ssize(x.values);
        return slices({{numel}, x.values}, 0,
                      repeated_indices(numel, [&](std::int64_t i) { return repeats({i}); }));
      })
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x, const auto& repeats) { return repeat_interleave(x, value_of(repeats)); });
}

/// Concatenates chunks in reverse order, so that each one counts.
template <class T>
T concat_reversed(std::vector<T> chunks, int axis) {
  std::ranges::reverse(chunks);
  return concat(chunks, axis);
}

void split_rows() {
  const Domain values = real(-9, 9);
  // Permutes 7 columns.
  const auto permuted = [](std::vector<std::int64_t> order) {
    return [=](const Array& x) {
      return rearranged(x, x.shape, [&](Dims& at) { at[1] = order[static_cast<std::size_t>(at[1])]; });
    };
  };
  row("split")
      .inputs(values)
      .dtypes(kAllDTypes)
      .shapes({{3, 7}, {2, 7, 1}, {0, 7}})
      .reference(permuted({6, 3, 4, 5, 0, 1, 2}))
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x) { return concat_reversed(split(x, 3, 1), 1); });
  row("split_into_sizes")
      .inputs(values)
      .dtypes(kAllDTypes)
      .shapes({{3, 7}, {2, 7, 1}, {0, 7}})
      .reference(permuted({5, 6, 1, 2, 3, 4, 0}))
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x) {
        return concat_reversed(split(x, std::vector<std::int64_t>{1, 4, 0, 2}, 1), 1);
      });
  row("chunk")
      .inputs(values)
      .dtypes(kAllDTypes)
      .shapes({{3, 7}, {2, 7, 1}, {0, 7}})
      .reference(permuted({6, 4, 5, 2, 3, 0, 1}))
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x) { return concat_reversed(chunk(x, 4, x.rank() == 2 ? -1 : 1), 1); });
  row("unbind")
      .inputs(values)
      .dtypes(kAllDTypes)
      .shapes({{3, 4}, {2, 3, 4}, {3, 1}})
      .reference([](const Array& x) {
        Shape shape = x.shape;
        shape.erase(1);
        shape.insert(0, x.shape[1]);
        return rearranged(x, shape, [](Dims& at) { std::swap(at[0], at[1]); });
      })
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x) { return stack(unbind(x, 1)); });
}

/// The row of an op that keeps the elements of matrices on some diagonals; the others become 0.
template <class Keep, class Call>
void triangle_row(const std::string& name, const Keep& keep, const Call& call) {
  row(name)
      .covers(kernels::triangle)
      .inputs(real(-9, 9).including({inf, nan}))
      .dtypes(kAllDTypes)
      .shapes(kMatrices)
      .reference([keep](const Array& x) {
        return generate(x.shape,
                        [&](const Dims& at) { return keep(at.back() - at[at.size() - 2]) ? x(at) : 0.0; });
      })
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls(call);
}

void matrix_rows() {
  const Domain values = real(-9, 9);
  for (const auto& [name, k] :
       {std::pair("triu", 0), std::pair("triu_above", 2), std::pair("triu_below", -1)}) {
    triangle_row(
        name, [k = k](std::int64_t right) { return right >= k; },
        [k = k](const auto& x) { return triu(x, k); });
  }
  for (const auto& [name, k] :
       {std::pair("tril", 0), std::pair("tril_above", 1), std::pair("tril_below", -2)}) {
    triangle_row(
        name, [k = k](std::int64_t right) { return right <= k; },
        [k = k](const auto& x) { return tril(x, k); });
  }
  for (const auto& [name, k] :
       {std::pair("diagonal", 0), std::pair("diagonal_above", 1), std::pair("diagonal_below", -2)}) {
    row(name)
        .inputs(values)
        .dtypes(kAllDTypes)
        .shapes({{3, 5}, {5, 3}, {3, 3}, {3, 4, 2}, {70, 67}})
        .reference([k = k](const Array& x) {
          const std::int64_t down = std::max(0, -k), right = std::max(0, k);
          Shape shape(std::span(x.shape.begin() + 2, x.shape.end()));
          shape.push_back(std::min(x.shape[0] - down, x.shape[1] - right));
          return rearranged(x, shape, [&](Dims& at) {
            const std::int64_t i = at.back();
            at.erase(at.size() - 1);
            at.insert(0, i + right);
            at.insert(0, i + down);
          });
        })
        .exactly_with_signed_zeros()
        .gradient(differentiable)
        .calls([k = k](const auto& x) { return diagonal(x, k); });
  }
  row("diagonal_of_last_axes_outside")
      .inputs(values)
      .dtypes(kAllDTypes)
      .shapes({{2, 3, 4}})
      .reference([](const Array&) {
        return Array{{2, 0}, {}};
      })
      .gradient(not_differentiable)
      .calls([](const Tensor& x) { return diagonal(x, -7, -2, -1); });
}

}  // namespace

void rearrange_rows() {
  order_rows();
  repeat_rows();
  repeat_interleave_rows();
  split_rows();
  matrix_rows();

  for (const char* name : {"flip", "triu", "tril", "diagonal"}) time_row(name, {{{1024, 1024}}});
  time_row("roll", {{{1024, 1024}}});
  time_row("movedim", {{{1024, 1024}}});
  time_row("repeat", {{{512, 512}}});
  time_row("tile", {{{512, 512}}});
  time_row("repeat_interleave", {{{1 << 18}}});
  time_row("chunk", {{{1024, 1024}}});
  time_row("split_into_sizes", {{{1024, 7}}});
  time_row("unbind", {{{1024, 64}}});
}

}  // namespace tinytorch::conformance
