#include "core/ops/shape.h"

#include "tests/conformance/op_table.h"
#include "tests/conformance/rows.h"

namespace tinytorch::conformance {

void shape_rows() {
  const Domain any = real(-9, 9).including({0.0, -0.0, inf, nan});

  row("reshape")
      .inputs(any)
      .dtypes(kAllDTypes)
      .shapes({{}, {6}, {3, 4}, {2, 3, 4}, {1, 7, 1}, {2, 2, 3, 5}})
      .reference([](const Array& x) {
        return Array{{static_cast<std::int64_t>(x.values.size()), 1}, x.values};
      })
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x) {
        return reshape(x, {-1, 1});
      });
  row("reshape_split")
      .inputs(any)
      .dtypes(kAllDTypes)
      .shapes({{4}, {6, 4}, {2, 3, 4}, {0, 2, 5}, {65, 2, 33}})
      .reference([](const Array& x) {
        return Array{{2, static_cast<std::int64_t>(x.values.size()) / 2}, x.values};
      })
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x) {
        return reshape(x, {2, x.numel() / 2});
      });
  row("permute")
      .inputs(any)
      .dtypes(kAllDTypes)
      .shapes({{2, 3, 4}, {1, 5, 1}, {2, 0, 3}, {9, 33, 65}})
      .reference([](const Array& x) {
        return generate({x.shape[2], x.shape[0], x.shape[1]}, [&](const Dims& at) {
          return x({at[1], at[2], at[0]});
        });
      })
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x) {
        return permute(x, {2, 0, -2});
      });
  row("expand")
      .inputs(any)
      .dtypes(kAllDTypes)
      .shapes({{3, 1}, {1, 1}, {0, 1}, {5, 1}})
      .reference([](const Array& x) {
        return generate({2, x.shape[0], 4}, [&](const Dims& at) { return x({at[1], 0}); });
      })
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x) {
        return expand(x, {2, -1, 4});
      });
  row("slice")
      .inputs(any)
      .dtypes(kAllDTypes)
      .shapes({{2, 6}, {4, 4, 2}, {0, 5}, {40, 3000}})
      .reference([](const Array& x) {
        Shape shape = x.shape;
        shape[1] -= 2;
        return generate(shape, [&](Dims at) {
          ++at[1];
          return x(at);
        });
      })
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x) { return slice(x, 1, 1, -1); });
  row("slice_by_steps")
      .inputs(any)
      .dtypes(kAllDTypes)
      .shapes({{7}, {8, 2}, {1, 3}, {0, 5}, {30001}})
      .reference([](const Array& x) {
        Shape shape = x.shape;
        shape[0] = (x.shape[0] + 2) / 3;
        return generate(shape, [&](Dims at) {
          at[0] *= 3;
          return x(at);
        });
      })
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x) { return slice(x, 0, 0, {}, 3); });
  row("slice_scatter")
      .inputs(any, any)
      .dtypes(kAllDTypes)
      .operand_shapes({{{5}, {2}}, {{3, 5}, {3, 2}}, {{3, 5}, {}}, {{2, 2, 6}, {2, 1, 1}}, {{0, 5}, {0, 2}}})
      .reference([](const Array& x, const Array& source) {
        return generate(x.shape, [&](const Dims& at) {
          const std::int64_t offset = at.back() - 1;
          if (offset < 0 || offset > 2 || offset % 2 != 0) return x(at);
          Dims in_source = source.shape;
          const int lead = at.size() - in_source.size();
          for (int i = 0; i < in_source.size(); ++i) in_source[i] = in_source[i] == 1 ? 0 : at[lead + i];
          if (!in_source.empty() && source.shape.back() != 1) in_source.back() = offset / 2;
          return source(in_source);
        });
      })
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& x, const auto& source) { return slice_scatter(x, source, -1, 1, 4, 2); });
  row("concat")
      .inputs(any, any)
      .dtypes(kAllDTypes)
      .operand_shapes({{{2, 3}, {2, 1}},
                       {{2, 3, 2}, {2, 2, 2}},
                       {{1, 0}, {1, 4}},
                       {{0, 2}, {0, 3}},
                       {{300, 70}, {300, 101}}})
      .reference([](const Array& a, const Array& b) {
        Shape shape = a.shape;
        shape[1] += b.shape[1];
        return generate(shape, [&](Dims at) {
          if (at[1] < a.shape[1]) return a(at);
          at[1] -= a.shape[1];
          return b(at);
        });
      })
      .exactly_with_signed_zeros()
      .gradient(differentiable)
      .calls([](const auto& a, const auto& b) {
        return concat(std::vector{a, b}, 1);
      });

  time_row("reshape", {{{4, 8}}});
  time_row("permute", {{{2, 3, 4}}});
  time_row("expand", {{{4, 1}}});
  time_row("slice", {{{4, 8}}});
  time_row("slice_scatter", {{{1024, 1026}, {1024, 2}}});
  time_row("concat", {{{1024, 1024}, {1024, 1024}}});
}

}  // namespace tinytorch::conformance
