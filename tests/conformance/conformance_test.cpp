// The tests that follow from the op table. Operands are drawn from a seed made of the test's name and the
// shapes, so running a test alone gives the same operands.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "autograd/gradcheck.h"
#include "core/error.h"
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

/// The reference's number in the element type.
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
  if (row.compares_bits && std::signbit(actual) != std::signbit(expected)) return false;
  if (actual == expected) return true;
  if (!is_floating(dtype) || std::isinf(actual) || std::isinf(expected)) return false;
  const Bounds bounds = dtype == DType::f32 ? row.f32_bounds : row.f64_bounds;
  return std::abs(actual - expected) <= bounds.absolute + bounds.relative * std::abs(expected);
}

void expect_agreement(const Row& row, const Tensor& actual, const Array& expected, DType dtype) {
  ASSERT_EQ(to_string(actual.shape()), to_string(expected.shape));
  ASSERT_STREQ(name(actual.dtype()), name(dtype));
  EXPECT_EQ(actual.device(), backend());
  const Array numbers = read(actual);
  for (std::size_t i = 0; i < numbers.values.size(); ++i) {
    const double wanted = rounded(expected.values[i], dtype);
    ASSERT_TRUE(agree(row, dtype, numbers.values[i], wanted))
        << "element " << i << " is " << ::testing::PrintToString(numbers.values[i])
        << ", but the reference says " << ::testing::PrintToString(wanted);
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

/// A kernel has the same loops for each type and much the same for each layout, and ThreadSanitizer takes a
/// hundred times as long.
bool is_compared([[maybe_unused]] DType dtype, [[maybe_unused]] Layout layout) {
#ifdef __SANITIZE_THREAD__
  return layout == Layout::alone || (layout == Layout::transposed && dtype == DType::f32);
#else
  return true;
#endif
}

std::vector<ValueCase> value_cases() {
  std::vector<ValueCase> cases;
  for (const Row& row : op_table()) {
    for (const Layout layout : kLayouts) {
      for (const DType dtype : row.types) {
        if (is_compared(dtype, layout)) cases.push_back({&row, dtype, layout});
      }
    }
  }
  return cases;
}

class Values : public ::testing::TestWithParam<ValueCase> {};

TEST_P(Values, AgreeWithTheReferenceAndLeaveOperandsAlone) {
  const auto& [row, dtype, layout] = GetParam();
  const auto place = static_cast<std::size_t>(layout);
  const std::size_t layouts = std::size(kLayouts);
  // Once all operands have the layout, once each has another one.
  std::vector<std::vector<Layout>> choices{{layout}};
  if (row->domains.size() > 1) {
    choices.push_back({layout, kLayouts[(place + 1) % layouts], kLayouts[(place + 2) % layouts]});
  }
  for (const Shapes& shapes : shapes_for(*row, dtype, layout, backend())) {
    for (const std::vector<Layout>& choice : choices) {
      if (is_large(shapes) && &choice != &choices.back()) continue;  // once is enough
      SCOPED_TRACE("shapes " + text(shapes) + (choice.size() > 1 ? ", in different layouts" : ""));
      Operands operands = draw(*row, {dtype}, choice, shapes, GetParam().name(), backend());
      const Tensor actual = row->call(operands.tensors());
      expect_agreement(*row, actual, row->expected(operands.values), row->given(dtype));
      for (const Placed& operand : operands.placed) EXPECT_TRUE(operand.untouched());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Ops, Values, ::testing::ValuesIn(value_cases()),
                         [](const auto& info) { return info.param.name(); });

// -- what else holds for a row

std::vector<const Row*> rows_where(bool (*wanted)(const Row&)) {
  std::vector<const Row*> rows;
  for (const Row& row : op_table()) {
    if (wanted(row)) rows.push_back(&row);
  }
  return rows;
}

std::string row_name(const ::testing::TestParamInfo<const Row*>& info) { return info.param->name; }

class RowTest : public ::testing::TestWithParam<const Row*> {
 protected:
  const Row& row() const { return *GetParam(); }
};

// Both modes run the kernels that the values were computed by: there is nothing new in it for
// ThreadSanitizer.
#ifndef __SANITIZE_THREAD__
using Modes = RowTest;

TEST_P(Modes, GiveTheSameBits) {
  for (const DType dtype : row().types) {
    for (const Shapes& shapes : small_shapes(row())) {
      if (is_large(shapes)) continue;
      SCOPED_TRACE(std::string(name(dtype)) + " " + text(shapes));
      Operands operands = draw(row(), {dtype}, {Layout::contiguous}, shapes, row().name, backend());
      std::vector<Variable> variables;
      for (std::size_t i = 0; i < row().domains.size(); ++i) {
        const Tensor& x = operands.placed[i].tensor();
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
      const bool taped = is_floating(dtype) && row().gives_variable;
      EXPECT_EQ(actual.requires_grad(), taped);
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
  /// The domain without the points where the op has no derivative, and their surroundings.
  Row smooth_row() const {
    Row smooth = row();
    for (Domain& domain : smooth.domains) domain.special.clear();
    return smooth;
  }
  bool near_a_point(double x) const {
    return std::ranges::any_of(row().gradient_class.points,
                               [&](double point) { return std::abs(x - point) < 0.05; });
  }
};

TEST_P(Gradients, AgreeWithFiniteDifferencesToSecondOrder) {
  const Row smooth = smooth_row();
  constexpr std::int64_t kMost = 24;  // elements an operand; the check takes their number squared
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
      Tensor x = Placed(values, domain.type_beside(DType::f64), Layout::contiguous, backend()).tensor();
      small = small && x.numel() <= kMost;
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
  }
  EXPECT_GT(checked, 0);
}

INSTANTIATE_TEST_SUITE_P(Ops, Gradients, ::testing::ValuesIn(rows_where([](const Row& row) {
                           return row.gradient_class.kind == Gradient::Kind::differentiable;
                         })),
                         row_name);

Types refused(const Row& row) {
  Types types;
  for (const DType dtype : kAllTypes) {
    if (row.refusing && std::ranges::find(row.types, dtype) == row.types.end()) types.push_back(dtype);
  }
  return types;
}

using OtherTypes = RowTest;

TEST_P(OtherTypes, AreRefusedWithADTypeError) {
  const Shapes shapes = small_shapes(row()).back();
  for (const DType dtype : refused(row())) {
    SCOPED_TRACE(name(dtype));
    Operands operands = draw(row(), {dtype}, {Layout::contiguous}, shapes, row().name, backend());
    EXPECT_THROW(row().call(operands.tensors()), DTypeError);
  }
}

INSTANTIATE_TEST_SUITE_P(Ops, OtherTypes, ::testing::ValuesIn(rows_where([](const Row& row) {
                           return !refused(row).empty();
                         })),
                         row_name);

using Promotion = RowTest;

TEST_P(Promotion, ComputesInTheLaterType) {
  const Shapes shapes{{3, 4}, {4}};
  for (const DType a : kAllTypes) {
    for (const DType b : kAllTypes) {
      const DType common = promote(a, b);
      if (a == b || std::ranges::find(row().types, common) == row().types.end()) continue;
      SCOPED_TRACE(std::string(name(a)) + " with " + name(b));
      Operands operands = draw(row(), {a, b}, {Layout::contiguous}, shapes, row().name, backend());
      const Tensor actual = row().call(operands.tensors());
      expect_agreement(row(), actual, row().expected(operands.values), row().given(common));
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

  Types types() const { return row().kernel_types.value_or(row().types); }
};

TEST_P(Kernels, WriteAnyLayoutAndNothingAround) {
  const Shapes shapes(row().domains.size(), {5, 9, 7});
  for (const DType dtype : types()) {
    for (const Layout layout : {Layout::alone, Layout::contiguous, Layout::transposed, Layout::sliced}) {
      for (const Layout operand_layout : kLayouts) {
        SCOPED_TRACE(std::string(name(dtype)) + " " + name(operand_layout) + " to " + name(layout));
        Operands operands = draw(row(), {dtype}, {operand_layout}, shapes, row().name, backend());
        const Array expected = row().expected(operands.values);
        const DType given = row().given(dtype);
        Placed y(generate(expected.shape, [](const Dims&) { return 1.0; }), given, layout, backend());
        run(operands.tensors(), y.tensor());
        expect_agreement(row(), y.tensor(), expected, given);
        EXPECT_TRUE(y.surroundings_untouched());
        for (const Placed& operand : operands.placed) EXPECT_TRUE(operand.untouched());
      }
    }
  }
}

TEST_P(Kernels, MayWriteOverTheirFirstOperand) {
  const Shapes shapes(row().domains.size(), {5, 9, 7});
  for (const DType dtype : types()) {
    if (row().given(dtype) != dtype) continue;
    for (const Layout layout : {Layout::alone, Layout::contiguous, Layout::transposed, Layout::sliced}) {
      SCOPED_TRACE(std::string(name(dtype)) + " " + name(layout));
      Operands operands = draw(row(), {dtype}, {layout}, shapes, row().name, backend());
      run(operands.tensors(), operands.placed[0].tensor());
      expect_agreement(row(), operands.placed[0].tensor(), row().expected(operands.values), dtype);
      EXPECT_TRUE(operands.placed[0].surroundings_untouched());
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
    EXPECT_TRUE(names.insert(row.name).second) << "two rows of this name";
    EXPECT_FALSE(row.domains.empty());
    EXPECT_TRUE(row.expected) << "it has no reference";
    EXPECT_TRUE(row.call) << "it calls nothing";
    EXPECT_TRUE(row.elementwise || !row.tried_shapes.empty()) << "it says no shapes";
    for (const Shapes& shapes : row.tried_shapes) EXPECT_EQ(shapes.size(), row.domains.size());
  }
}

TEST(OpTable, EachRowSaysWhetherItHasAGradient) {
  for (const Row& row : op_table()) {
    SCOPED_TRACE(row.name);
    EXPECT_NE(row.gradient_class.kind, Gradient::Kind::unsaid);
    EXPECT_EQ(row.gradient_class.kind == Gradient::Kind::differentiable, row.gives_variable);
  }
}

TEST(OpTable, EachSlotAndEachFunctionIsCovered) { EXPECT_THAT(uncovered(), ::testing::IsEmpty()); }

TEST(OpTable, EachSlotHasAKernelForThisBackend) {
  for (const KernelSlot* slot : all_kernel_slots()) EXPECT_TRUE(slot->has(backend().type)) << slot->name();
}

}  // namespace
}  // namespace tinytorch::conformance
