#include "tests/conformance/operands.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "tests/support/random_source.h"

namespace tinytorch::conformance {
namespace {

/// The largest integer that is drawn: the dtype has it, and f64 all up to it.
double largest_integer(DType dtype) {
  return dtype == DType::u8 ? 0x1p8 - 1 : dtype == DType::i32 ? 0x1p31 - 1 : 0x1p53;
}

double draw_element(const Domain& domain, DType dtype, testing::RandomSource& source) {
  if (dtype == DType::boolean) return static_cast<double>(source.integer(0, 1));
  if (is_integer(dtype)) {
    const double limit = largest_integer(dtype), low = dtype == DType::u8 ? 0 : -limit;
    return static_cast<double>(
        source.integer(static_cast<std::int64_t>(std::ceil(std::max(domain.low, low))),
                       static_cast<std::int64_t>(std::floor(std::min(domain.high, limit)))));
  }
  const auto specials = static_cast<std::int64_t>(domain.special.size());
  double x = source.uniform(domain.low, domain.high);
  if (specials > 0 && source.integer(0, 3) == 0) {
    x = domain.special[static_cast<std::size_t>(source.integer(0, specials - 1))];
  }
  return dtype == DType::f32 ? static_cast<double>(static_cast<float>(x)) : x;
}

std::vector<Shapes> default_shapes(std::size_t operands) {
  switch (operands) {
    case 1:
      return {{{}}, {{0}}, {{2, 0, 3}}, {{1}}, {{7}}, {{3, 5}}, {{2, 3, 4}}, {{2, 1, 2, 1, 3, 1, 2, 1}}};
    case 2:
      return {{{}, {}},
              {{7}, {7}},
              {{3, 5}, {3, 5}},
              {{3, 1}, {1, 4}},
              {{2, 3, 4}, {4}},
              {{}, {5}},
              {{5}, {}},
              {{0, 3}, {1, 3}},
              {{0}, {1}},
              {{2, 1, 3}, {4, 1}},
              {{1}, {2, 1, 1, 2, 1, 1, 1, 2}}};
    default:
      return {{{}, {}, {}, {}},
              {{5}, {5}, {5}, {5}},
              {{2, 3}, {3}, {2, 1}, {}},
              {{3, 1}, {1, 4}, {}, {4}},
              {{0, 2}, {2}, {1, 1}, {}}};
  }
}

/// Whether a large shape only exceeds one block, and not what one CPU thread processes: on the emulated
/// device, which is slow, and under ThreadSanitizer, which does not see the CPU kernels' threads.
bool is_slow([[maybe_unused]] Device device) {
#ifdef __SANITIZE_THREAD__
  return true;
#else
  return is_emulated(device);
#endif
}

std::vector<Shapes> large_shapes(const Row& row, Layout layout, Device device) {
  if (!row.tested_shapes.empty()) return {};
  const bool flat = layout != Layout::transposed && layout != Layout::expanded;
  Shape large = flat ? Shape{140009} : Shape{379, 373};  // odd numbers of elements
  if (is_slow(device)) large = flat ? Shape{20011} : Shape{149, 137};
  Shapes shapes(row.domains.size(), large);
  if (!flat)
    shapes.back() = Shapes{large, {large[1]}, {large[0], 1}}[std::min<std::size_t>(shapes.size() - 1, 2)];
  return {shapes};
}

}  // namespace

std::string text(const Shapes& shapes) {
  std::string result;
  for (const Shape& shape : shapes) {
    if (!result.empty()) result += ' ';
    result += to_string(shape);
  }
  return result;
}

std::vector<Array> draw_values(const Row& row, const std::vector<DType>& dtypes, const Shapes& shapes,
                               const std::string& seed) {
  testing::RandomSource source(seed + text(shapes));
  std::vector<Array> values;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const Domain& domain = row.domains[i];
    const DType dtype = domain.dtype_or(dtypes[i % dtypes.size()]);
    values.push_back(generate(shapes[i], [&](const Dims&) { return draw_element(domain, dtype, source); }));
  }
  return values;
}

Operands make_operands(const Row& row, const std::vector<DType>& dtypes, const std::vector<Layout>& layouts,
                       const std::vector<Array>& values, Device device) {
  Operands operands;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const DType dtype = row.domains[i].dtype_or(dtypes[i % dtypes.size()]);
    const Layout layout = layouts[i % layouts.size()];
    operands.values.push_back(repeated_for(layout, values[i]));
    operands.guarded.emplace_back(operands.values.back(), dtype, layout, device);
  }
  return operands;
}

Operands draw(const Row& row, const std::vector<DType>& dtypes, const std::vector<Layout>& layouts,
              const Shapes& shapes, const std::string& seed, Device device) {
  return make_operands(row, dtypes, layouts, draw_values(row, dtypes, shapes, seed), device);
}

std::vector<Shapes> small_shapes(const Row& row) {
  if (!row.tested_shapes.empty()) return row.tested_shapes;
  std::vector<Shapes> result = default_shapes(row.domains.size());
  for (Shapes& shapes : result) shapes.resize(row.domains.size());
  return result;
}

bool is_large(const Shapes& shapes) {
  return std::ranges::any_of(shapes, [](const Shape& shape) { return checked_numel("test", shape) > 20000; });
}

std::vector<Shapes> shapes_for(const Row& row, DType dtype, Layout layout, Device device) {
  std::vector<Shapes> result = small_shapes(row);
  for (Shapes& shapes : large_shapes(row, layout, device)) result.push_back(std::move(shapes));
  // The index arithmetic is the same for each dtype: large non-contiguous tensors are tested in one.
  const bool all = layout == Layout::alone || layout == Layout::contiguous || dtype == DType::f32;
  if (!all) std::erase_if(result, is_large);
  return result;
}

}  // namespace tinytorch::conformance
