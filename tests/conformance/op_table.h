#pragma once

#include <deque>
#include <functional>
#include <limits>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "autograd/ops.h"
#include "autograd/variable.h"
#include "core/kernel.h"
#include "core/ops/activation_kernels.h"
#include "tests/conformance/array.h"

/// The op table, as PyTorch's OpInfo database: one row for each op and each variant of its arguments. A row
/// says how to draw inputs, which dtypes the op accepts, what an independent reference computes in f64, and
/// whether the op has a gradient:
///
///     row("relu", kernels::relu)                                       // the slot of an elementwise op
///         .inputs(real(-3, 3).including({0.0, -0.0, inf, -inf, nan}))  // the domain of each operand
///         .reference([](double x) { return x < 0 ? 0.0 : x; })         // of doubles, or else of Arrays
///         .gradient(except_at({0.0}))                                  // its derivative is not checked at 0
///         .calls([](const auto& x) { return relu(x); });               // with Tensors and with Variables
///
/// An op that is not elementwise also lists .shapes(). conformance_test.cpp instantiates GoogleTest's
/// parameterized tests over the rows: values of each dtype and memory layout against the reference, Variables
/// against Tensors, first and second derivatives against finite differences, DTypeErrors, promotion, and
/// kernels that write to any layout. A kernel slot or a function of core/ops that no row covers fails the
/// suite.
namespace tinytorch::conformance {

inline constexpr double inf = std::numeric_limits<double>::infinity();
inline constexpr double nan = std::numeric_limits<double>::quiet_NaN();

using DTypes = std::vector<DType>;
inline const DTypes kAllDTypes{DType::boolean, DType::u8, DType::i32, DType::i64, DType::f32, DType::f64};
inline const DTypes kNumericDTypes{DType::u8, DType::i32, DType::i64, DType::f32, DType::f64};
inline const DTypes kFloatingDTypes{DType::f32, DType::f64};

/// What an operand's elements are drawn from: uniformly from [low, high].
struct Domain {
  double low = 0;
  double high = 0;
  std::vector<double> special = {};  ///< mixed in where the operand is floating
  std::optional<DType> dtype = {};   ///< the operand's dtype, if it is independent of the others'
  bool is_constant = false;          ///< the op has no gradient for this operand

  /// The same domain with these special values.
  Domain including(std::vector<double> values) const;
  /// The same domain for an operand without a gradient.
  Domain constant() const;

  /// The operand's dtype where the others have `common`.
  DType dtype_or(DType common) const { return dtype.value_or(common); }
  /// Whether the op's gradient for this operand is checked.
  bool is_differentiated() const { return !dtype && !is_constant; }
};
Domain real(double low, double high);
/// Bools.
Domain booleans();
/// i64 integers of [0, n - 1]: classes, or indices along an axis.
Domain indices(std::int64_t n);

/// Whether an op has a derivative, and where it has none.
struct Gradient {
  enum class Kind { differentiable, not_differentiable, unspecified } kind = Kind::unspecified;
  std::vector<double> points = {};  ///< values of an operand at which the derivative is not checked
};
inline const Gradient differentiable{Gradient::Kind::differentiable};
inline const Gradient not_differentiable{Gradient::Kind::not_differentiable};
/// Differentiable where no operand has one of these values.
Gradient except_at(std::vector<double> points);
/// Differentiable where no two compared elements are equal. Drawn elements never are.
inline const Gradient except_at_ties = differentiable;

/// An op's dtype as a function of the dtype that its operands promote to (`promotes_int_to_int64` and
/// `promotes_int_to_float` of OpInfo).
enum class ResultDType {
  same,
  int_to_i64,  ///< i64 for integers and bool
  int_to_f32   ///< f32 for integers and bool
};

/// |actual - expected| <= absolute + relative * |expected|.
struct Tolerance {
  double relative;
  double absolute;
};

/// Operands on which `./tito benchmark` times a row.
struct TimedCall {
  std::vector<Shape> shapes;
  DType dtype = DType::f32;  ///< of the operands whose dtype is not fixed
  double operations = 0;     ///< floating-point operations of the call, if these bound its speed
};

class Row {
 public:
  Row(std::string name, std::string family) : name(std::move(name)), family(std::move(family)) {}

  /// The domain of each operand.
  template <class... D>
  Row& inputs(const D&... domains_of_operands) {
    domains = {domains_of_operands...};
    return *this;
  }

  /// The dtypes that the op accepts. Others must throw a DTypeError. Default: the floating ones.
  Row& dtypes(DTypes accepted);
  /// The op does not check dtypes itself, or no operand of another dtype can be drawn: no test that others
  /// throw.
  Row& skip_dtype_errors();
  /// The dtype of the result. Default: that of the operands.
  Row& result_dtype(ResultDType rule);
  Row& result_dtype(DType always);
  DType result_dtype_for(DType operands) const;

  /// A function of doubles for an elementwise op, else one of Arrays.
  template <class F>
  Row& reference(F f);

  Row& gradient(Gradient kind);
  /// Default: 2e-6 relative and 1e-6 absolute for f32, 1e-13 for f64.
  Row& tolerances(Tolerance f32, Tolerance f64);
  /// The result equals the reference rounded to its dtype; 0 equals -0.
  Row& exactly() { return tolerances({0, 0}, {0, 0}); }
  /// As exactly(), and zeros have the same sign.
  Row& exactly_with_signed_zeros();

  /// The shapes on which an op of one operand is called. Default for elementwise ops: a list for each number
  /// of operands, which broadcasts.
  Row& shapes(std::vector<Shape> of_the_operand);
  /// The same for several operands: one shape for each.
  Row& operand_shapes(std::vector<std::vector<Shape>> of_the_operands);

  /// A slot that the op calls, besides the one that row() names.
  Row& covers(const KernelSlot& slot);

  /// The dtypes of the slot's kernels, where the op converts others to them.
  Row& kernel_dtypes(DTypes accepted);

  /// Operands of different dtypes promote.
  Row& promotes();

  /// The call. A function that takes Tensors only has no Variable mode.
  template <class F>
  void calls(F f);

  using Call = std::function<Tensor(std::span<const Tensor>)>;
  using VariableCall = std::function<Variable(std::span<const Variable>)>;

  std::string name;
  std::string family;  ///< the stem of the file that contains the row
  std::set<const KernelSlot*> covered = {};
  std::vector<Domain> domains = {};
  DTypes accepted_dtypes = kFloatingDTypes;
  ResultDType result_rule = ResultDType::same;
  std::optional<DType> fixed_result_dtype = {};
  std::optional<DTypes> accepted_kernel_dtypes = {};
  bool elementwise = false;
  bool throws_dtype_errors = true;
  bool promoting = false;
  bool compares_zero_signs = false;
  bool returns_variable = false;  ///< with Variables it returns one; else a Tensor
  Tolerance f32_tolerance{2e-6, 1e-6};
  Tolerance f64_tolerance{1e-13, 1e-13};
  Gradient gradient_class;
  std::vector<std::vector<Shape>> tested_shapes = {};
  std::vector<TimedCall> timed_calls = {};
  std::function<Array(std::span<const Array>)> expected;
  Call call;
  VariableCall variable_call;  ///< empty for an op of Tensors only
  const Kernel<void(const Tensor&, Tensor&)>* unary_kernel = nullptr;
  const Kernel<void(const Tensor&, const Tensor&, Tensor&)>* binary_kernel = nullptr;
};

/// Adds a row of the calling file's family. (clang 14 does not know std::source_location.) Its name consists
/// of letters, digits and underscores, and begins with that of the op's function.
Row& row(std::string name, const char* file = __builtin_FILE());
/// Adds the row of an elementwise op with a slot. The slot's kernels are also called alone, on operands and
/// outputs of any layout.
Row& row(std::string name, const Kernel<void(const Tensor&, Tensor&)>& kernel,
         const char* file = __builtin_FILE());
Row& row(std::string name, const Kernel<void(const Tensor&, const Tensor&, Tensor&)>& kernel,
         const char* file = __builtin_FILE());

/// Whether the row is named after another of its family: "sum_over_first_axis" after "sum".
bool is_variant(const Row& row);

/// Lets `./tito benchmark` time the row of this name, and its gradient if it has one. An elementwise op is
/// timed anyway, on 2^20 elements, but its variants are not.
void time_row(std::string_view name, TimedCall call);

/// All rows. Their names differ.
const std::deque<Row>& op_table();

// -- implementation

namespace detail {

template <class T, std::size_t>
using Repeat = T;

template <class F, class T, std::size_t... I>
constexpr bool is_callable_with(std::index_sequence<I...>) {
  return std::is_invocable_v<F, Repeat<const T&, I>...>;
}

/// The number of Ts that f takes: 1 to 8; 0 where it takes none.
template <class F, class T, std::size_t tried = 1>
constexpr std::size_t arity() {
  if constexpr (is_callable_with<F, T>(std::make_index_sequence<tried>())) {
    return tried;
  } else if constexpr (tried < 8) {
    return arity<F, T, tried + 1>();
  } else {
    return 0;
  }
}

/// f(items[0], items[1], ...).
template <class F, class T, std::size_t... I>
decltype(auto) apply(const F& f, std::span<const T> items, std::index_sequence<I...>) {
  return f(items[I]...);
}

/// f of the operands' elements, broadcast.
Array elementwise(std::span<const Array> operands, const std::function<double(std::span<const double>)>& f);

}  // namespace detail

template <class F>
Row& Row::reference(F f) {
  constexpr std::size_t kDoubles = detail::arity<F, double>();
  if constexpr (kDoubles > 0) {
    elementwise = true;
    expected = [f](std::span<const Array> operands) {
      return detail::elementwise(operands, [&](std::span<const double> elements) {
        return static_cast<double>(detail::apply(f, elements, std::make_index_sequence<kDoubles>()));
      });
    };
  } else {
    constexpr std::size_t kArrays = detail::arity<F, Array>();
    static_assert(kArrays > 0, "a reference takes doubles or Arrays");
    expected = [f](std::span<const Array> operands) {
      return detail::apply(f, operands, std::make_index_sequence<kArrays>());
    };
  }
  return *this;
}

template <class F>
void Row::calls(F f) {
  constexpr std::size_t kTensors = detail::arity<F, Tensor>();
  static_assert(kTensors > 0, "a call takes one to eight Tensors");
  static constexpr auto kIndices = std::make_index_sequence<kTensors>();  // static: needs no capture
  call = [f](std::span<const Tensor> operands) { return detail::apply(f, operands, kIndices); };
  if constexpr (detail::is_callable_with<F, Variable>(kIndices)) {
    returns_variable =
        std::is_same_v<decltype(detail::apply(f, std::span<const Variable>(), kIndices)), Variable>;
    variable_call = [f](std::span<const Variable> operands) {
      return Variable(detail::apply(f, operands, kIndices));
    };
  }
}

}  // namespace tinytorch::conformance
