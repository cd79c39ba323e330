#pragma once

#include <deque>
#include <functional>
#include <limits>
#include <optional>
#include <set>
#include <source_location>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "autograd/ops.h"
#include "autograd/variable.h"
#include "core/kernel.h"
#include "core/ops/activation_kernels.h"
#include "tests/conformance/array.h"

/// The op table: a row for each op, from which conformance_test.cpp makes its tests.
///
///     row("relu", kernels::relu)                                       // an elementwise op and its slot
///         .inputs(real(-3, 3).including({0.0, -0.0, inf, -inf, nan}))  // where its operands come from
///         .reference([](double x) { return x < 0 ? 0.0 : x; })         // independently, in f64
///         .gradient(except_at({0.0}))
///         .calls([](const auto& x) { return relu(x); });               // with Tensors and with Variables
///
/// An op that is not elementwise has a reference from Arrays to an Array, and says on which shapes it is
/// tried.
namespace tinytorch::conformance {

inline constexpr double inf = std::numeric_limits<double>::infinity();
inline constexpr double nan = std::numeric_limits<double>::quiet_NaN();

using Types = std::vector<DType>;
inline const Types kAllTypes{DType::boolean, DType::u8, DType::i32, DType::i64, DType::f32, DType::f64};
inline const Types kNumericTypes{DType::u8, DType::i32, DType::i64, DType::f32, DType::f64};
inline const Types kFloatingTypes{DType::f32, DType::f64};

/// Where an operand's elements are drawn from.
struct Domain {
  double low = 0;
  double high = 0;
  std::vector<double> special = {};  ///< mixed in where the element type is floating
  std::optional<DType> type = {};    ///< the operand's element type, whatever the others' is
  bool is_constant = false;          ///< no gradient goes to it

  Domain including(std::vector<double> values) const;
  Domain constant() const;

  DType type_beside(DType others) const { return type.value_or(others); }
  /// Whether the op's gradient for this operand is checked.
  bool is_differentiated() const { return !type && !is_constant; }
};
Domain real(double low, double high);
/// Bools.
Domain truth();
/// i64 numbers of 0 ... count - 1: class numbers, places along an axis.
Domain indices(std::int64_t count);

/// What is to be said about an op's derivative.
struct Gradient {
  enum class Kind { differentiable, not_differentiable, unsaid } kind = Kind::unsaid;
  std::vector<double> points = {};  ///< where it has none, and is not checked
};
inline const Gradient differentiable{Gradient::Kind::differentiable};
inline const Gradient not_differentiable{Gradient::Kind::not_differentiable};
/// Differentiable where no operand has one of these values.
Gradient except_at(std::vector<double> points);
/// Differentiable where no two elements that are compared are equal, which drawn ones are not.
inline const Gradient except_at_ties = differentiable;

/// An op's element type, from the one that its operands promote to.
enum class Gives {
  same,
  total,  ///< i64 for integers and bool
  real    ///< f32 for integers and bool
};

/// |actual - expected| <= absolute + relative * |expected|.
struct Bounds {
  double relative;
  double absolute;
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

  /// The element types that it takes; it refuses the rest with a DTypeError. Left out: the floating ones.
  Row& takes(Types accepted);
  /// It trusts its caller: the other types are not tried.
  Row& unchecked();
  Row& gives(Gives rule);
  Row& gives(DType always);
  DType given(DType operands) const;

  /// A function of doubles for an elementwise op, else one of Arrays.
  template <class F>
  Row& reference(F f);

  Row& gradient(Gradient kind);
  /// Left out: 2e-6 for f32, 1e-13 for f64.
  Row& within(Bounds f32, Bounds f64);
  /// The reference rounded to the type, up to the sign of zero.
  Row& exactly() { return within({0, 0}, {0, 0}); }
  /// And the sign of zero.
  Row& to_the_bit();

  /// The shapes of its only operand, or of each of several.
  Row& shapes(std::vector<Shape> of_the_operand);
  Row& shapes_together(std::vector<std::vector<Shape>> of_the_operands);

  /// A slot that it goes through besides the one it was named with.
  Row& covers(const KernelSlot& slot);

  /// The types that its kernels are called with, where the op brings the others to them.
  Row& kernel_takes(Types accepted);

  /// Operands of different types promote.
  Row& promotes();

  /// The call. A function that takes Tensors only has no Variable mode.
  template <class F>
  void calls(F f);

  using Call = std::function<Tensor(std::span<const Tensor>)>;
  using VariableCall = std::function<Variable(std::span<const Variable>)>;

  std::string name;
  std::string family;  ///< the file that it stands in
  std::set<const KernelSlot*> covered = {};
  std::vector<Domain> domains = {};
  Types types = kFloatingTypes;
  Gives given_rule = Gives::same;
  std::optional<DType> given_always = {};
  std::optional<Types> kernel_types = {};
  bool elementwise = false;
  bool refusing = true;
  bool promoting = false;
  bool compares_bits = false;
  bool gives_variable = false;  ///< with Variables it gives one; else a Tensor
  Bounds f32_bounds{2e-6, 1e-6};
  Bounds f64_bounds{1e-13, 1e-13};
  Gradient gradient_class;
  std::vector<std::vector<Shape>> tried_shapes = {};
  std::function<Array(std::span<const Array>)> expected;
  Call call;
  VariableCall variable_call;  ///< empty for an op of Tensors only
  const Kernel<void(const Tensor&, Tensor&)>* unary_kernel = nullptr;
  const Kernel<void(const Tensor&, const Tensor&, Tensor&)>* binary_kernel = nullptr;
};

/// Begins a row; letters, digits and underscores.
Row& row(std::string name, std::source_location where = std::source_location::current());
/// An elementwise op with its slot, whose kernels are then also called on operands and outputs of any layout.
Row& row(std::string name, const Kernel<void(const Tensor&, Tensor&)>& kernel,
         std::source_location where = std::source_location::current());
Row& row(std::string name, const Kernel<void(const Tensor&, const Tensor&, Tensor&)>& kernel,
         std::source_location where = std::source_location::current());

/// All rows. Their names differ.
const std::deque<Row>& op_table();

// -- from here on, how it is done

namespace detail {

template <class T, std::size_t>
using Repeat = T;

template <class F, class T, std::size_t... I>
constexpr bool takes(std::index_sequence<I...>) {
  return std::is_invocable_v<F, Repeat<const T&, I>...>;
}

/// How many Ts f takes: 1 to 8; 0 where it takes none.
template <class F, class T, std::size_t tried = 1>
constexpr std::size_t arity() {
  if constexpr (takes<F, T>(std::make_index_sequence<tried>())) {
    return tried;
  } else if constexpr (tried < 8) {
    return arity<F, T, tried + 1>();
  } else {
    return 0;
  }
}

/// f(items[0], items[1], ...).
template <class F, class T, std::size_t... I>
decltype(auto) spread(const F& f, std::span<const T> items, std::index_sequence<I...>) {
  return f(items[I]...);
}

Array elementwise(std::span<const Array> operands, const std::function<double(std::span<const double>)>& f);

}  // namespace detail

template <class F>
Row& Row::reference(F f) {
  constexpr std::size_t kDoubles = detail::arity<F, double>();
  if constexpr (kDoubles > 0) {
    elementwise = true;
    expected = [f](std::span<const Array> operands) {
      return detail::elementwise(operands, [&](std::span<const double> elements) {
        return static_cast<double>(detail::spread(f, elements, std::make_index_sequence<kDoubles>()));
      });
    };
  } else {
    constexpr std::size_t kArrays = detail::arity<F, Array>();
    static_assert(kArrays > 0, "a reference takes doubles or Arrays");
    expected = [f](std::span<const Array> operands) {
      return detail::spread(f, operands, std::make_index_sequence<kArrays>());
    };
  }
  return *this;
}

template <class F>
void Row::calls(F f) {
  constexpr std::size_t kTensors = detail::arity<F, Tensor>();
  static_assert(kTensors > 0, "a call takes one to eight Tensors");
  constexpr auto kIndices = std::make_index_sequence<kTensors>();
  call = [f](std::span<const Tensor> operands) { return detail::spread(f, operands, kIndices); };
  if constexpr (detail::takes<F, Variable>(kIndices)) {
    gives_variable =
        std::is_same_v<decltype(detail::spread(f, std::span<const Variable>(), kIndices)), Variable>;
    variable_call = [f](std::span<const Variable> operands) {
      return Variable(detail::spread(f, operands, kIndices));
    };
  }
}

}  // namespace tinytorch::conformance
