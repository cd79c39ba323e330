// The tests of each row of the op table. The row's name and the shapes, and in Values the dtype, seed the
// operands, so a test that runs alone has the same operands.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "autograd/gradcheck.h"
#include "core/error.h"
#include "core/ops/creation.h"
#include "core/ops/shape.h"
#include "tests/conformance/coverage.h"
#include "tests/conformance/op_table.h"
#include "tests/conformance/operands.h"
#include "tests/support/backend.h"
#include "tests/support/gradcheck_options.h"

namespace tinytorch::conformance {
namespace {

using tinytorch::testing::backend;

// -- comparison

/// The reference's value converted to the dtype.
double rounded(double x, DType dtype) {
  switch (dtype) {
    case DType::boolean:
      return x != 0 ? 1 : 0;
    case DType::u8:
      return static_cast<double>(static_cast<std::uint8_t>(static_cast<std::int64_t>(x)));
    case DType::i32:
      return static_cast<double>(static_cast<std::int32_t>(static_cast<std::int64_t>(x)));
    case DType::i64:
      return static_cast<double>(static_cast<std::int64_t>(x));
    case DType::f32:
      return static_cast<double>(static_cast<float>(x));
    default:
      return x;
  }
}

bool agree(const Row& row, DType dtype, double actual, double expected) {
  if (std::isnan(actual) || std::isnan(expected)) return std::isnan(actual) && std::isnan(expected);
  if (row.compares_zero_signs && std::signbit(actual) != std::signbit(expected)) return false;
  if (actual == expected) return true;
  if (!is_floating(dtype) || std::isinf(actual) || std::isinf(expected)) return false;
  const Tolerance tolerance = dtype == DType::f32 ? row.f32_tolerance : row.f64_tolerance;
  return std::abs(actual - expected) <= tolerance.absolute + tolerance.relative * std::abs(expected);
}

void expect_agreement(const Row& row, const Tensor& actual, const Array& expected, DType dtype) {
  ASSERT_EQ(to_string(actual.shape()), to_string(expected.shape));
  ASSERT_STREQ(name(actual.dtype()), name(dtype));
  EXPECT_EQ(actual.device(), backend());
  const std::vector<double> values = read(actual).values;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double reference = rounded(expected.values[i], dtype);
    if (agree(row, dtype, values[i], reference)) continue;
    FAIL() << "element " << i << " is " << ::testing::PrintToString(values[i]) << ", but the reference gives "
           << ::testing::PrintToString(reference);
  }
}

// -- values

struct ValueCase {
  const Row* row;
  DType dtype;
  Layout layout;

  std::string name() const {
    return row->name + "_" + tinytorch::name(dtype) + "_" + conformance::name(layout);
  }
};
void PrintTo(const ValueCase& c, std::ostream* out) { *out << c.name(); }

/// Whether values are compared: under ThreadSanitizer, which is a hundred times slower, only for a few of the
/// combinations. A kernel has the same loops for each dtype and nearly the same for each layout.
bool is_compared([[maybe_unused]] DType dtype, [[maybe_unused]] Layout layout) {
#ifdef __SANITIZE_THREAD__
  if (dtype == DType::u8 || dtype == DType::i32) return false;  // as bool and as i64
  return layout == Layout::alone || (layout == Layout::transposed && dtype == DType::f32);
#else
  return true;
#endif
}

std::vector<ValueCase> value_cases() {
  std::vector<ValueCase> cases;
  for (const Row& row : op_table()) {
    for (const DType dtype : row.accepted_dtypes) {
      for (const Layout layout : kLayouts) {
        if (is_compared(dtype, layout)) cases.push_back({&row, dtype, layout});
      }
    }
  }
  return cases;
}

/// The layouts of the operands: all have this one; then each has a different one, which makes no difference
/// to ThreadSanitizer.
std::vector<std::vector<Layout>> choices_for(Layout layout, [[maybe_unused]] std::size_t operands) {
  std::vector<std::vector<Layout>> choices{{layout}};
#ifndef __SANITIZE_THREAD__
  const auto first = static_cast<std::size_t>(layout);
  const auto next = [&](std::size_t i) { return kLayouts[(first + i) % std::size(kLayouts)]; };
  if (operands > 1) choices.push_back({layout, next(1), next(2)});
#endif
  return choices;
}

/// What the tests of a row and dtype share, whatever the layouts: computing it takes longer than the op.
class Shared {
 public:
  /// The last test's, if it had the same row and dtype.
  static Shared& of(const Row& row, DType dtype) {
    static Shared last;
    if (last.row_ != &row || last.dtype_ != dtype) last = Shared(row, dtype);
    return last;
  }

  const std::vector<Array>& values(const Shapes& shapes) {
    std::vector<Array>& values = values_[text(shapes)];
    if (values.empty()) values = draw_values(*row_, {dtype_}, shapes, row_->name + name(dtype_));
    return values;
  }
  /// The reference's result for operands in these layouts. Of those only expanded ones change values.
  const Array& expected(const Shapes& shapes, const std::vector<Layout>& layouts, const Operands& operands) {
    std::string key = text(shapes);
    for (const Layout layout : layouts) key += layout == Layout::expanded ? 'x' : '-';
    const auto [result, is_new] = expected_.try_emplace(key);
    if (is_new) result->second = row_->expected(operands.values);
    return result->second;
  }

 private:
  Shared() = default;
  Shared(const Row& row, DType dtype) : row_(&row), dtype_(dtype) {}

  const Row* row_ = nullptr;
  DType dtype_ = DType::f32;
  std::map<std::string, std::vector<Array>> values_;
  std::map<std::string, Array> expected_;
};

class Values : public ::testing::TestWithParam<ValueCase> {};

TEST_P(Values, AgreeWithTheReferenceAndLeaveOperandsUnchanged) {
  const auto& [row, dtype, layout] = GetParam();
  const std::vector<std::vector<Layout>> choices = choices_for(layout, row->domains.size());
  Shared& shared = Shared::of(*row, dtype);
  for (const Shapes& shapes : shapes_for(*row, dtype, layout, backend())) {
    for (const std::vector<Layout>& choice : choices) {
      if (is_large(shapes) && &choice != &choices.back()) continue;  // one choice is enough
      SCOPED_TRACE("shapes " + text(shapes) + (choice.size() > 1 ? ", in different layouts" : ""));
      Operands operands = make_operands(*row, {dtype}, choice, shared.values(shapes), backend());
      const Tensor actual = row->call(operands.tensors());
      expect_agreement(*row, actual, shared.expected(shapes, choice, operands), row->result_dtype_for(dtype));
      for (const GuardedTensor& operand : operands.guarded) EXPECT_TRUE(operand.untouched());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Ops, Values, ::testing::ValuesIn(value_cases()),
                         [](const auto& info) { return info.param.name(); });

// -- the other tests of a row

std::vector<const Row*> rows_where(bool (*predicate)(const Row&)) {
  std::vector<const Row*> rows;
  for (const Row& row : op_table()) {
    if (predicate(row)) rows.push_back(&row);
  }
  return rows;
}

std::string row_name(const ::testing::TestParamInfo<const Row*>& info) { return info.param->name; }

class RowTest : public ::testing::TestWithParam<const Row*> {
 protected:
  const Row& row() const { return *GetParam(); }
};

// Variables run the same kernels as Tensors, so ThreadSanitizer has nothing new to see.
#ifndef __SANITIZE_THREAD__
using Modes = RowTest;

TEST_P(Modes, GiveTheSameBits) {
  for (const DType dtype : row().accepted_dtypes) {
    for (const Shapes& shapes : small_shapes(row())) {
      if (is_large(shapes)) continue;
      SCOPED_TRACE(std::string(name(dtype)) + " " + text(shapes));
      Operands operands = draw(row(), {dtype}, {Layout::contiguous}, shapes, row().name, backend());
      std::vector<Variable> variables;
      for (std::size_t i = 0; i < row().domains.size(); ++i) {
        const Tensor& x = operands.guarded[i].tensor();
        variables.push_back(is_floating(x.dtype()) ? variable(x) : Variable(x));
      }
      const Tensor expected = row().call(operands.tensors());
      const Variable actual = row().variable_call(variables);
      ASSERT_EQ(to_string(actual.shape()), to_string(expected.shape()));
      ASSERT_STREQ(name(actual.dtype()), name(expected.dtype()));
      const Array a = read(actual.value()), b = read(expected);
      const bool same =
          std::equal(a.values.begin(), a.values.end(), b.values.begin(), [](double x, double y) {
            return std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y);
          });
      EXPECT_TRUE(same) << "with Variables:\n"
                        << to_string(actual.value()) << "\nwith Tensors:\n"
                        << to_string(expected);
      EXPECT_EQ(actual.requires_grad(), is_floating(dtype) && row().returns_variable);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Ops, Modes, ::testing::ValuesIn(rows_where([](const Row& row) {
                           return static_cast<bool>(row.variable_call);
                         })),
                         row_name);
#endif

class Gradients : public RowTest {
 protected:
  /// The row without special values.
  Row smooth_row() const {
    Row smooth = row();
    for (Domain& domain : smooth.domains) domain.special.clear();
    return smooth;
  }
  /// Whether x is close to a point where the op has no derivative.
  bool near_a_point(double x) const {
    return std::ranges::any_of(row().gradient_class.points,
                               [&](double point) { return std::abs(x - point) < 0.05; });
  }
};

TEST_P(Gradients, AgreeWithFiniteDifferencesToSecondOrder) {
  const Row smooth = smooth_row();
  constexpr std::int64_t kMaxElements = 24;  // of an operand; the time grows with its square
  int checked = 0;
  for (const Shapes& shapes : small_shapes(row())) {
    Operands operands = draw(smooth, {DType::f64}, {Layout::contiguous}, shapes, row().name, backend());
    std::vector<Tensor> inputs;
    std::vector<Variable> all;
    bool small = true;
    for (std::size_t i = 0; i < shapes.size(); ++i) {
      Array values = operands.values[i];
      if (smooth.domains[i].is_differentiated()) {
        for (double& x : values.values) x += near_a_point(x) ? 0.1 : 0.0;
      }
      const Domain& domain = smooth.domains[i];
      Tensor x = GuardedTensor(values, domain.dtype_or(DType::f64), Layout::contiguous, backend()).tensor();
      small = small && x.numel() <= kMaxElements;
      all.emplace_back(x);
      if (domain.is_differentiated()) inputs.push_back(x);
    }
    if (!small) continue;
    SCOPED_TRACE(text(shapes));
    const auto f = [&](const std::vector<Variable>& variables) {
      std::vector<Variable> arguments = all;
      std::size_t next = 0;
      for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (smooth.domains[i].is_differentiated()) arguments[i] = variables[next++];
      }
      return row().variable_call(arguments);
    };
    const GradcheckResult result = gradcheck(f, inputs, testing::gradcheck_options());
    EXPECT_TRUE(result.ok) << result.message;
    ++checked;
#ifdef __SANITIZE_THREAD__
    break;  // the kernels of gradients have rows of their own, with all shapes
#endif
  }
  EXPECT_GT(checked, 0);
}

// The kernels of gradients against the ops that compute them while the backward pass is recorded, also at
// special values, where finite differences say nothing.
#ifndef __SANITIZE_THREAD__
TEST_P(Gradients, AreTheSameWhenTheBackwardPassIsRecorded) {
  Row with_any_zeros = row();
  with_any_zeros.compares_zero_signs = false;
  for (const Shapes& shapes : small_shapes(row())) {
    if (is_large(shapes)) continue;
    SCOPED_TRACE(text(shapes));
    Operands operands = draw(row(), {DType::f64}, {Layout::contiguous}, shapes, row().name, backend());
    std::vector<Variable> arguments, inputs;
    for (std::size_t i = 0; i < shapes.size(); ++i) {
      arguments.emplace_back(operands.guarded[i].tensor());
      if (!row().domains[i].is_differentiated()) continue;
      arguments.back() = variable(arguments.back().value());
      inputs.push_back(arguments.back());
    }
    const Variable y = row().variable_call(arguments);
    const Tensor seed = full(y.shape(), 0.75, {.dtype = DType::f64, .device = backend()});
    const auto plain = gradients(y, inputs, {.retain_graph = true}, seed);
    const auto recorded = gradients(y, inputs, {.create_graph = true}, seed);
    for (std::size_t i = 0; i < inputs.size(); ++i)
      expect_agreement(with_any_zeros, plain[i].value(), read(recorded[i].value()), DType::f64);
  }
}
#endif

INSTANTIATE_TEST_SUITE_P(Ops, Gradients, ::testing::ValuesIn(rows_where([](const Row& row) {
                           return row.gradient_class.kind == Gradient::Kind::differentiable;
                         })),
                         row_name);

/// The dtypes for which the op must throw a DTypeError.
DTypes rejected(const Row& row) {
  DTypes dtypes;
  if (!row.throws_dtype_errors) return dtypes;
  for (const DType dtype : kAllDTypes) {
    if (std::ranges::find(row.accepted_dtypes, dtype) == row.accepted_dtypes.end()) dtypes.push_back(dtype);
  }
  return dtypes;
}

using OtherDTypes = RowTest;

TEST_P(OtherDTypes, ThrowADTypeError) {
  const Shapes shapes = small_shapes(row()).back();
  for (const DType dtype : rejected(row())) {
    SCOPED_TRACE(name(dtype));
    Operands operands = draw(row(), {dtype}, {Layout::contiguous}, shapes, row().name, backend());
    EXPECT_THROW(row().call(operands.tensors()), DTypeError);
  }
}

INSTANTIATE_TEST_SUITE_P(Ops, OtherDTypes, ::testing::ValuesIn(rows_where([](const Row& row) {
                           return !rejected(row).empty();
                         })),
                         row_name);

using Promotion = RowTest;

TEST_P(Promotion, ComputesInTheCommonDType) {
  const Shapes shapes{{3, 4}, {4}};
  for (const DType a : kAllDTypes) {
    for (const DType b : kAllDTypes) {
      const DType common = promote(a, b);
      if (a == b || std::ranges::find(row().accepted_dtypes, common) == row().accepted_dtypes.end()) continue;
      SCOPED_TRACE(std::string(name(a)) + " with " + name(b));
      Operands operands = draw(row(), {a, b}, {Layout::contiguous}, shapes, row().name, backend());
      const Tensor actual = row().call(operands.tensors());
      expect_agreement(row(), actual, row().expected(operands.values), row().result_dtype_for(common));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Ops, Promotion,
                         ::testing::ValuesIn(rows_where([](const Row& row) { return row.promoting; })),
                         row_name);

class Kernels : public RowTest {
 protected:
  void run(const std::vector<Tensor>& operands, Tensor& y) const {
    if (row().unary_kernel) (*row().unary_kernel)(operands[0], y);
    if (row().binary_kernel) (*row().binary_kernel)(operands[0], operands[1], y);
  }

  DTypes dtypes() const { return row().accepted_kernel_dtypes.value_or(row().accepted_dtypes); }
};

TEST_P(Kernels, WriteAnyLayoutAndNothingOutside) {
  const Shapes shapes(row().domains.size(), {5, 9, 7});
  for (const DType dtype : dtypes()) {
    for (const Layout layout : {Layout::alone, Layout::contiguous, Layout::transposed, Layout::sliced}) {
      for (const Layout operand_layout : kLayouts) {
        SCOPED_TRACE(std::string(name(dtype)) + " " + name(operand_layout) + " to " + name(layout));
        Operands operands = draw(row(), {dtype}, {operand_layout}, shapes, row().name, backend());
        const Array expected = row().expected(operands.values);
        const DType result = row().result_dtype_for(dtype);
        GuardedTensor y(generate(expected.shape, [](const Dims&) { return 1.0; }), result, layout, backend());
        run(operands.tensors(), y.tensor());
        expect_agreement(row(), y.tensor(), expected, result);
        EXPECT_TRUE(y.sentinels_untouched());
        for (const GuardedTensor& operand : operands.guarded) EXPECT_TRUE(operand.untouched());
      }
    }
  }
}

TEST_P(Kernels, MayOverwriteTheirFirstOperand) {
  const Shapes shapes(row().domains.size(), {5, 9, 7});
  for (const DType dtype : dtypes()) {
    if (row().result_dtype_for(dtype) != dtype) continue;
    for (const Layout layout : {Layout::alone, Layout::contiguous, Layout::transposed, Layout::sliced}) {
      SCOPED_TRACE(std::string(name(dtype)) + " " + name(layout));
      Operands operands = draw(row(), {dtype}, {layout}, shapes, row().name, backend());
      run(operands.tensors(), operands.guarded[0].tensor());
      expect_agreement(row(), operands.guarded[0].tensor(), row().expected(operands.values), dtype);
      EXPECT_TRUE(operands.guarded[0].sentinels_untouched());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Slots, Kernels, ::testing::ValuesIn(rows_where([](const Row& row) {
                           return row.unary_kernel != nullptr || row.binary_kernel != nullptr;
                         })),
                         row_name);

// -- the table itself

TEST(OpTable, RowsAreComplete) {
  std::set<std::string> names;
  for (const Row& row : op_table()) {
    SCOPED_TRACE(row.name);
    EXPECT_TRUE(names.insert(row.name).second) << "two rows have this name";
    EXPECT_FALSE(row.domains.empty());
    EXPECT_TRUE(row.expected) << "the row has no reference";
    EXPECT_TRUE(row.call) << "the row has no call";
    EXPECT_TRUE(row.elementwise || !row.tested_shapes.empty()) << "the row has no shapes";
    for (const Shapes& shapes : row.tested_shapes) EXPECT_EQ(shapes.size(), row.domains.size());
  }
}

TEST(OpTable, EachRowSpecifiesWhetherThereIsAGradient) {
  for (const Row& row : op_table()) {
    SCOPED_TRACE(row.name);
    EXPECT_NE(row.gradient_class.kind, Gradient::Kind::unspecified);
    EXPECT_EQ(row.gradient_class.kind == Gradient::Kind::differentiable, row.returns_variable);
  }
}

TEST(OpTable, CoversEachSlotAndEachFunction) { EXPECT_THAT(uncovered(), ::testing::IsEmpty()); }

TEST(OpTable, HasOperandsToTimeEachOp) { EXPECT_THAT(untimed(), ::testing::IsEmpty()); }

TEST(OpTable, HasAKernelForEachSlotOnThisBackend) {
  for (const KernelSlot* slot : all_kernel_slots()) EXPECT_TRUE(slot->has(backend().type)) << slot->name();
}

}  // namespace
}  // namespace tinytorch::conformance
