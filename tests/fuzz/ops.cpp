#include "tests/fuzz/ops.h"

#include <fmt/format.h>

#include <algorithm>

#include "autograd/ops.h"
#include "core/ops/rearrange.h"
#include "core/ops/statistics.h"

namespace tinytorch::fuzz {
namespace {

using Operands = std::span<const Variable>;
using Names = std::span<const std::string>;
using Choice = std::optional<Attributes>;

bool floating(Operands x) {
  return std::ranges::all_of(x, [](const Variable& each) { return is_floating(each.dtype()); });
}

bool integers(Operands x) {
  return std::ranges::all_of(x, [](const Variable& each) { return is_integer(each.dtype()); });
}

bool numeric(Operands x) {
  return std::ranges::all_of(x, [](const Variable& each) { return each.dtype() != DType::boolean; });
}

bool broadcast(Operands x) {
  const Shape &a = x[0].shape(), &b = x[1].shape();
  for (int i = 1; i <= std::min(a.size(), b.size()); ++i) {
    const std::int64_t m = a[a.size() - i], n = b[b.size() - i];
    if (m != n && m != 1 && n != 1) return false;
  }
  return true;
}

/// The choice of an op without attributes.
Choice no_attributes_if(bool accepts) { return accepts ? Choice(Attributes{}) : std::nullopt; }

/// A random axis of x[0].
Choice any_axis(Operands x, Source& source) {
  if (x[0].rank() == 0) return {};
  return Attributes{source.integer(-x[0].rank(), x[0].rank() - 1)};
}

int axis_of(const Attributes& attributes) { return static_cast<int>(attributes[0]); }

/// f(x), elementwise. `pattern` is the call in C++, with {} for the operand.
Op elementwise(const char* name, const char* pattern, bool (*accepts)(Operands),
               Variable (*f)(const Variable&)) {
  return {.name = name,
          .operands = 1,
          .choose = [accepts](Operands x, Source&) { return no_attributes_if(accepts(x)); },
          .apply = [f](Operands x, const Attributes&) { return f(x[0]); },
          .text = [pattern](Names x, const Attributes&) { return fmt::format(fmt::runtime(pattern), x[0]); }};
}

/// f(a, b), with broadcasting.
Op binary(const char* name, const char* pattern, bool (*accepts)(Operands),
          Variable (*f)(const Variable&, const Variable&)) {
  return {.name = name,
          .operands = 2,
          .choose = [accepts](Operands x, Source&) { return no_attributes_if(accepts(x) && broadcast(x)); },
          .apply = [f](Operands x, const Attributes&) { return f(x[0], x[1]); },
          .text = [pattern](Names x,
                            const Attributes&) { return fmt::format(fmt::runtime(pattern), x[0], x[1]); }};
}

/// f along one axis of a floating operand.
Op along_axis(const char* name, bool (*accepts)(Operands), Variable (*f)(const Variable&, int)) {
  return {
      .name = name,
      .operands = 1,
      .choose =
          [accepts](Operands x, Source& source) {
            return accepts(x) && x[0].numel() > 0 ? any_axis(x, source) : Choice();
          },
      .apply = [f](Operands x, const Attributes& n) { return f(x[0], axis_of(n)); },
      .text = [name](Names x, const Attributes& n) { return fmt::format("{}({}, {})", name, x[0], n[0]); }};
}

/// A reduction over one axis, with or without keepdim.
Op reduction(const char* name, bool (*accepts)(Operands), Variable (*f)(const Variable&, const Axes&, bool)) {
  return {.name = name,
          .operands = 1,
          .choose = [accepts](Operands x, Source& source) -> Choice {
            if (!accepts(x) || x[0].numel() == 0) return {};
            Choice axis = any_axis(x, source);
            if (axis) axis->push_back(source.integer(0, 1));
            return axis;
          },
          .apply = [f](Operands x, const Attributes& n) { return f(x[0], {n[0]}, n[1] != 0); },
          .text =
              [name](Names x, const Attributes& n) {
                return fmt::format("{}({}, {{{}}}, {})", name, x[0], n[0], n[1] != 0);
              }};
}

bool anything(Operands) { return true; }

bool few(Operands x) { return x[0].numel() <= 24; }

bool both_floating_or_integers(Operands x) {
  return numeric(x) && (floating(x) || x[0].dtype() == x[1].dtype());
}

// -- shapes

Op permute_op() {
  return {.name = "permute",
          .operands = 1,
          .choose = [](Operands x, Source& source) -> Choice {
            Attributes order;
            for (int i = 0; i < x[0].rank(); ++i) order.push_back(i);
            for (int i = x[0].rank() - 1; i > 0; --i)
              std::swap(order[static_cast<std::size_t>(i)],
                        order[static_cast<std::size_t>(source.integer(0, i))]);
            return order;
          },
          .apply = [](Operands x, const Attributes& n) { return permute(x[0], Axes(std::span(n))); },
          .text =
              [](Names x, const Attributes& n) {
                return fmt::format("permute({}, {{{}}})", x[0], fmt::join(n, ", "));
              }};
}

Op reshape_op() {
  return {.name = "reshape",
          .operands = 1,
          .choose = [](Operands x, Source& source) -> Choice {
            // Splits the number of elements into factors.
            std::int64_t rest = x[0].numel();
            if (rest == 0) return {};
            Attributes shape;
            while (rest > 1 && shape.size() < 3) {
              std::int64_t factor = source.integer(1, rest);
              while (rest % factor != 0) --factor;
              shape.push_back(factor);
              rest /= factor;
            }
            shape.push_back(rest);
            return shape;
          },
          .apply = [](Operands x, const Attributes& n) { return reshape(x[0], Shape(std::span(n))); },
          .text =
              [](Names x, const Attributes& n) {
                return fmt::format("reshape({}, {{{}}})", x[0], fmt::join(n, ", "));
              }};
}

Op slice_op() {
  return {.name = "slice",
          .operands = 1,
          .choose = [](Operands x, Source& source) -> Choice {
            Choice axis = any_axis(x, source);
            if (!axis) return {};
            const std::int64_t length = x[0].size(axis_of(*axis));
            if (length == 0) return {};
            const std::int64_t start = source.integer(0, length - 1);
            return Attributes{(*axis)[0], start, source.integer(start + 1, length), source.integer(1, 2)};
          },
          .apply = [](Operands x, const Attributes& n) { return slice(x[0], axis_of(n), n[1], n[2], n[3]); },
          .text = [](Names x,
                     const Attributes& n) { return fmt::format("slice({}, {})", x[0], fmt::join(n, ", ")); }};
}

Op expand_op() {
  return {.name = "expand",
          .operands = 1,
          .choose = [](Operands x, Source& source) -> Choice {
            if (x[0].rank() > 3 || x[0].numel() > 24) return {};
            Attributes shape{source.integer(1, 2)};
            for (const std::int64_t length : x[0].shape())
              shape.push_back(length == 1 ? source.integer(1, 3) : length);
            return shape;
          },
          .apply = [](Operands x, const Attributes& n) { return expand(x[0], Shape(std::span(n))); },
          .text =
              [](Names x, const Attributes& n) {
                return fmt::format("expand({}, {{{}}})", x[0], fmt::join(n, ", "));
              }};
}

Op concat_op() {
  return {.name = "concat",
          .operands = 2,
          .choose = [](Operands x, Source& source) -> Choice {
            if (x[0].rank() != x[1].rank()) return {};
            const Choice axis = any_axis(x, source);
            if (!axis) return {};
            const int along = axis_of(*axis) < 0 ? axis_of(*axis) + x[0].rank() : axis_of(*axis);
            for (int i = 0; i < x[0].rank(); ++i) {
              if (i != along && x[0].shape()[i] != x[1].shape()[i]) return {};
            }
            return axis;
          },
          .apply =
              [](Operands x, const Attributes& n) {
                return concat(std::vector{x[0], x[1]}, axis_of(n));
              },
          .text =
              [](Names x, const Attributes& n) {
                return fmt::format("concat(std::vector{{{}, {}}}, {})", x[0], x[1], n[0]);
              }};
}

// -- products

Op matmul_op() {
  return {.name = "matmul",
          .operands = 2,
          .choose =
              [](Operands x, Source&) {
                const bool shapes = x[0].rank() == 2 && x[1].rank() == 2 && x[0].size(1) == x[1].size(0);
                return no_attributes_if(shapes && floating(x));
              },
          .apply = [](Operands x, const Attributes&) { return matmul(x[0], x[1]); },
          .text = [](Names x, const Attributes&) { return fmt::format("matmul({}, {})", x[0], x[1]); }};
}

Op gram_op() {
  return {
      .name = "matmul_with_transposed",
      .operands = 1,
      .choose = [](Operands x, Source&) { return no_attributes_if(x[0].rank() >= 2 && floating(x)); },
      .apply = [](Operands x, const Attributes&) { return matmul(x[0], transpose(x[0])); },
      .text = [](Names x, const Attributes&) { return fmt::format("matmul({0}, transpose({0}))", x[0]); }};
}

Op where_op() {
  return {.name = "where",
          .operands = 2,
          .choose = [](Operands x, Source&) { return no_attributes_if(numeric(x) && broadcast(x)); },
          .apply = [](Operands x, const Attributes&) { return where(x[0] < x[1], x[0] * 2, x[1] * 2); },
          .text =
              [](Names x, const Attributes&) {
                return fmt::format("where({0} < {1}, {0} * 2, {1} * 2)", x[0], x[1]);
              }};
}

// -- by index

Op index_select_op() {
  return {.name = "index_select",
          .operands = 1,
          .choose = [](Operands x, Source& source) -> Choice {
            Choice attributes = any_axis(x, source);
            if (!attributes || x[0].size(axis_of(*attributes)) == 0) return {};
            const std::int64_t length = x[0].size(axis_of(*attributes));
            for (std::int64_t i = source.integer(1, 4); i > 0; --i)
              attributes->push_back(source.integer(0, length - 1));
            return attributes;
          },
          .apply =
              [](Operands x, const Attributes& n) {
                const std::vector<std::int64_t> indices(n.begin() + 1, n.end());
                return index_select(x[0], axis_of(n),
                                    from_values(indices, {std::ssize(indices)}, x[0].device()));
              },
          .text =
              [](Names x, const Attributes& n) {
                return fmt::format("index_select({}, {}, Tensor{{{}}})", x[0], n[0],
                                   fmt::join(n.begin() + 1, n.end(), ", "));
              }};
}

// -- on matrices

bool has_matrices(Operands x) { return x[0].rank() >= 2 && x[0].numel() > 0; }

/// f of an operand with at least two axes and at least one element.
Op matrices(const char* name, bool (*accepts)(Operands), Variable (*f)(const Variable&)) {
  return {
      .name = name,
      .operands = 1,
      .choose = [accepts](Operands x, Source&) { return no_attributes_if(accepts(x) && has_matrices(x)); },
      .apply = [f](Operands x, const Attributes&) { return f(x[0]); },
      .text = [name](Names x, const Attributes&) { return fmt::format("{}({})", name, x[0]); }};
}

/// The last two axes as images with one channel.
Variable images(const Variable& x) { return reshape(x, {-1, 1, x.shape()[x.rank() - 2], x.shape().back()}); }

/// A convolution with a fixed kernel.
Variable convolved(const Variable& x) {
  const Tensor kernel = arange(-4, 5, 1, {.dtype = x.dtype(), .device = x.device()});
  return conv2d(images(x), Variable(reshape(kernel, {1, 1, 3, 3}) * 0.25), {}, {.padding = 1});
}

Variable pooled(const Variable& x) { return max_pool2d(images(x), 2, {.stride = 1, .padding = 1}); }

std::vector<Op> make_ops() {
  using V = const Variable&;
  return {
      elementwise("sin", "sin({})", floating, [](V x) { return sin(x); }),
      elementwise("tanh", "tanh({})", floating, [](V x) { return tanh(x); }),
      elementwise("erf", "erf({})", floating, [](V x) { return erf(x); }),
      elementwise("atan", "atan({})", floating, [](V x) { return atan(x); }),
      elementwise("sigmoid", "sigmoid({})", floating, [](V x) { return sigmoid(x); }),
      elementwise("gelu", "gelu({})", floating, [](V x) { return gelu(x); }),
      elementwise("silu", "silu({})", floating, [](V x) { return silu(x); }),
      elementwise("softplus", "softplus({})", floating, [](V x) { return softplus(x); }),
      elementwise("relu", "relu({})", floating, [](V x) { return relu(x); }),
      elementwise("hardtanh", "hardtanh({}, -1.7, 2.3)", floating,
                  [](V x) { return hardtanh(x, -1.7, 2.3); }),
      elementwise("logsigmoid", "logsigmoid({})", floating, [](V x) { return logsigmoid(x); }),
      elementwise("softsign", "softsign({})", floating, [](V x) { return softsign(x); }),
      elementwise("selu", "selu({})", floating, [](V x) { return selu(x); }),
      elementwise("mish", "mish({})", floating, [](V x) { return mish(x); }),
      elementwise("leaky_relu", "leaky_relu({})", floating, [](V x) { return leaky_relu(x); }),
      elementwise("exp", "exp(tanh({}))", floating, [](V x) { return exp(tanh(x)); }),
      elementwise("log1p", "log1p({0} * {0})", floating, [](V x) { return log1p(x * x); }),
      elementwise("rsqrt", "rsqrt({0} * {0} + 1)", floating, [](V x) { return rsqrt(x * x + 1); }),
      elementwise("abs", "abs({})", numeric, [](V x) { return abs(x); }),
      elementwise("neg", "-{}", numeric, [](V x) { return -x; }),
      elementwise("clamp", "clamp({}, -1, 1)", numeric, [](V x) { return clamp(x, -1, 1); }),
      elementwise("remainder", "remainder({}, 3)", integers, [](V x) { return remainder(x, 3); }),
      elementwise("sign", "sign({})", integers, [](V x) { return sign(x); }),
      elementwise("bitwise_not", "~{}", integers, [](V x) { return Variable(~x); }),
      elementwise("right_shift", "{} >> 2", integers, [](V x) { return Variable(x >> 2); }),
      elementwise("contiguous", "contiguous({})", anything, [](V x) { return contiguous(x); }),
      binary("add", "{} + {}", numeric, [](V a, V b) { return a + b; }),
      binary("sub", "{} - {}", numeric, [](V a, V b) { return a - b; }),
      binary("mul", "{} * {}", numeric, [](V a, V b) { return a * b; }),
      binary("div", "{0} / ({1} * {1} + 1)", floating, [](V a, V b) { return a / (b * b + 1); }),
      binary("maximum", "maximum({}, {})", both_floating_or_integers, [](V a, V b) { return maximum(a, b); }),
      binary("minimum", "minimum({}, {})", both_floating_or_integers, [](V a, V b) { return minimum(a, b); }),
      binary("bitwise_xor", "{} ^ {}", integers, [](V a, V b) { return Variable(a ^ b); }),
      where_op(),
      along_axis("softmax", floating, [](V x, int axis) { return softmax(x, axis); }),
      along_axis("log_softmax", floating, [](V x, int axis) { return log_softmax(x, axis); }),
      along_axis("cumsum", numeric, [](V x, int axis) { return cumsum(x, axis); }),
      along_axis("cumprod", floating, [](V x, int axis) { return cumprod(x, axis); }),
      along_axis("sort_values", numeric, [](V x, int axis) { return sort(x, axis).values; }),
      along_axis("cummax_values", numeric, [](V x, int axis) { return cummax(x, axis).values; }),
      along_axis("cummin_values", numeric, [](V x, int axis) { return cummin(x, axis).values; }),
      along_axis("max_values", numeric, [](V x, int axis) { return max_with_indices(x, axis).values; }),
      along_axis("min_values", numeric, [](V x, int axis) { return min_with_indices(x, axis).values; }),
      along_axis("median_values", numeric, [](V x, int axis) { return median(x, axis).values; }),
      along_axis("quantile", floating, [](V x, int axis) { return quantile(x, 0.4, axis); }),
      along_axis("repeat_interleave", few, [](V x, int axis) { return repeat_interleave(x, 2, axis); }),
      along_axis("flip", anything, [](V x, int axis) { return flip(x, {axis}); }),
      along_axis("roll", anything, [](V x, int axis) { return roll(x, {1}, Axes{axis}); }),
      index_select_op(),
      matrices("tril", anything, [](V x) { return tril(x); }),
      matrices("layer_norm", floating, [](V x) { return layer_norm(x, {x.shape().back()}); }),
      matrices("rms_norm", floating, [](V x) { return rms_norm(x, {x.shape().back()}); }),
      matrices("attention", floating,
               [](V x) { return scaled_dot_product_attention(x, x, x, {.causal = true}); }),
      matrices("conv2d", floating, convolved),
      matrices("max_pool2d", floating, pooled),
      reduction("sum", numeric, [](V x, const Axes& axes, bool keep) { return sum(x, axes, keep); }),
      reduction("nansum", numeric, [](V x, const Axes& axes, bool keep) { return nansum(x, axes, keep); }),
      reduction("nanmean", floating, [](V x, const Axes& axes, bool keep) { return nanmean(x, axes, keep); }),
      reduction("mean", floating, [](V x, const Axes& axes, bool keep) { return mean(x, axes, keep); }),
      reduction("prod", floating, [](V x, const Axes& axes, bool keep) { return prod(x, axes, keep); }),
      reduction("logsumexp", floating,
                [](V x, const Axes& axes, bool keep) { return logsumexp(x, axes, keep); }),
      reduction("max", numeric, [](V x, const Axes& axes, bool keep) { return max(x, axes, keep); }),
      reduction("min", numeric, [](V x, const Axes& axes, bool keep) { return min(x, axes, keep); }),
      permute_op(),
      reshape_op(),
      slice_op(),
      expand_op(),
      concat_op(),
      matmul_op(),
      gram_op(),
  };
}

}  // namespace

const std::vector<Op>& ops() {
  static const std::vector<Op> kOps = make_ops();
  return kOps;
}

}  // namespace tinytorch::fuzz
