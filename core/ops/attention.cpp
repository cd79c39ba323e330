#include "core/ops/internal/attention.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "core/internal/checked.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/internal/check.h"
#include "core/ops/internal/operands.h"
#include "core/ops/random.h"

namespace tinytorch {

namespace {

void check_types(const char* op, const Tensor& q, const Tensor& k, const Tensor& v) {
  require_defined(op, q, "q");
  require_defined(op, k, "k");
  require_defined(op, v, "v");
  if (is_floating(q.dtype()) && q.dtype() == k.dtype() && q.dtype() == v.dtype()) return;
  fail<DTypeError>(
      op, "takes f32 or f64, one type for all, but q is {}, k {} and v {}; convert them with .to(dtype)",
      q.dtype(), k.dtype(), v.dtype());
}

/// The axes before heads, rows and columns.
bool same_batch(const Shape& a, const Shape& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end() - std::min(a.size(), 3), b.begin());
}

std::int64_t heads_of(const Shape& shape) { return shape.size() < 3 ? 1 : shape[shape.size() - 3]; }

void check_shapes(const char* op, const Shape& q, const Shape& k, const Shape& v) {
  const bool fits = q.size() >= 2 && same_batch(q, k) && same_batch(q, v) && q.back() == k.back() &&
                    q.back() > 0 && heads_of(k) == heads_of(v) && k[k.size() - 2] == v[v.size() - 2];
  if (!fits) {
    fail<ShapeError>(op,
                     "q is {}, k {}, v {}; wanted [..., heads, queries, width], [..., kv_heads, keys, width] "
                     "and [..., kv_heads, keys, value width], with the same axes in front and width > 0",
                     q, k, v);
  }
  const std::int64_t heads = heads_of(q), kv_heads = heads_of(k);
  if (kv_heads == 0 ? heads == 0 : heads % kv_heads == 0) return;
  fail<ShapeError>(
      op,
      "q {} has {} heads, k {} has {}; the first must be a multiple of the second, so that as many "
      "query heads share each",
      q, heads, k, kv_heads);
}

void check_options(const char* op, double scale, double dropout) {
  if (!std::isfinite(scale)) fail<ValueError>(op, "scale is {}; it must be finite", scale);
  if (dropout >= 0 && dropout < 1) return;
  fail<ValueError>(op, "dropout is {}; it must be at least 0 and below 1", dropout);
}

/// [batch, heads, rows, columns]: the axes before the last three as one.
Shape four_axes(const Shape& shape) {
  Shape result = shape;
  while (result.size() < 4) result.insert(0, 1);
  while (result.size() > 4) {
    result[1] = checked_mul("scaled_dot_product_attention", result[0], result[1]);
    result.erase(0);
  }
  return result;
}

Shape scores_shape(const Shape& q, const Shape& k) { return detail::with_last(q, k[k.size() - 2]); }

Tensor checked_mask(const char* op, const Tensor& mask, const Tensor& q, const Shape& scores) {
  if (!mask.defined()) return mask;
  const bool is_bool = mask.dtype() == DType::boolean;
  if (!is_bool && !is_floating(mask.dtype())) {
    fail<DTypeError>(
        op,
        "the mask is {}; wanted bool, true where a query may attend to a key, or floating, added to "
        "the scores; compare it, for example mask != 0",
        mask.dtype());
  }
  if (!broadcasts_to(mask.shape(), scores))
    fail<ShapeError>(op, "the mask {} does not broadcast to the scores {}", mask.shape(), scores);
  common_device(op, {"q", q}, {"the mask", mask});
  const Tensor converted = mask.to({.dtype = is_bool ? DType::boolean : q.dtype(), .device = q.device()});
  return reshape(broadcast_to(converted, scores), four_axes(scores));
}

/// As kernels take it: four axes, a unit stride along the last, rows that do not overlap.
Tensor head_rows(const Tensor& x) {
  const Tensor y = reshape(x, four_axes(x.shape()));
  const bool unit_stride = y.shape()[3] == 1 || y.strides()[3] == 1;
  const bool overlap = y.shape()[2] > 1 && y.strides()[2] < y.shape()[3];
  return unit_stride && !overlap ? y : contiguous(y);
}

/// An empty tensor of four axes with heads and rows in the same order in memory as in `like`.
Tensor empty_rows(const Shape& shape, const Tensor& like) {
  const Options options{.dtype = like.dtype(), .device = like.device()};
  const bool heads_inside = like.shape()[1] > 1 && like.strides()[1] < like.strides()[2];
  if (!heads_inside) return empty(shape, options);
  return transpose(empty({shape[0], shape[2], shape[1], shape[3]}, options), 1, 2);
}

Tensor zeros_of(const Tensor& x) { return zeros(x.shape(), {.dtype = x.dtype(), .device = x.device()}); }

}  // namespace

namespace detail {

Shape with_last(Shape shape, std::int64_t length) {
  shape.back() = length;
  return shape;
}

kernels::AttentionSettings attention_settings(const char* op, const Tensor& q, const Tensor& k,
                                              const Tensor& v, const AttentionOptions& options) {
  check_types(op, q, k, v);
  check_shapes(op, q.shape(), k.shape(), v.shape());
  common_device(op, {"q", q}, {"k", k});
  common_device(op, {"q", q}, {"v", v});
  const double scale = options.scale.value_or(1 / std::sqrt(static_cast<double>(q.shape().back())));
  check_options(op, scale, options.dropout);
  const Shape scores = scores_shape(q.shape(), k.shape());
  const std::int64_t weights = checked_numel(op, scores), queries = q.size(-2), keys = k.size(-2);
  kernels::AttentionSettings settings{.mask = checked_mask(op, options.mask, q, scores),
                                      .causal = options.causal,
                                      .causal_offset = std::clamp(options.causal_offset, -queries, keys),
                                      .scale = scale,
                                      .dropout = options.dropout,
                                      .random = {}};
  if (options.dropout > 0) {
    settings.random = detail::generator_of(options).advance(
        static_cast<std::uint64_t>(weights / 4 + (weights % 4 != 0 ? 1 : 0)));
  }
  return settings;
}

AttentionResult attention_forward(const Tensor& q, const Tensor& k, const Tensor& v,
                                  const kernels::AttentionSettings& settings) {
  const Tensor queries = head_rows(q), keys = head_rows(k), values = head_rows(v);
  Tensor y = empty_rows(with_last(queries.shape(), v.shape().back()), queries);
  const Shape rows{y.shape()[0], y.shape()[1], y.shape()[2]};
  Tensor log_sum = empty(rows, {.dtype = q.dtype(), .device = q.device()});
  if (y.numel() > 0) kernels::attention(queries, keys, values, settings, log_sum, y);
  return {.output = reshape(y, with_last(q.shape(), v.shape().back())), .log_sum = log_sum};
}

AttentionGradients attention_backward(const Tensor& q, const Tensor& k, const Tensor& v,
                                      const AttentionResult& result, const Tensor& grad,
                                      const kernels::AttentionSettings& settings) {
  if (grad.numel() == 0) return {.q = zeros_of(q), .k = zeros_of(k), .v = zeros_of(v)};
  const Tensor queries = head_rows(q), keys = head_rows(k), values = head_rows(v);
  Tensor dq = empty_rows(queries.shape(), queries), dk = empty_rows(keys.shape(), keys),
         dv = empty_rows(values.shape(), values);
  kernels::attention_gradient(queries, keys, values, head_rows(result.output), result.log_sum,
                              head_rows(grad), settings, dq, dk, dv);
  return {.q = reshape(dq, q.shape()), .k = reshape(dk, k.shape()), .v = reshape(dv, v.shape())};
}

Shape grouped_heads(const Shape& shape, const Shape& k) {
  Shape result = four_axes(shape);
  const std::int64_t kv_heads = four_axes(k)[1];
  result.insert(2, kv_heads == 0 ? 1 : result[1] / kv_heads);
  result[1] = kv_heads;
  return result;
}

GroupedMask grouped_mask(const Shape& q, const Shape& k, const kernels::AttentionSettings& settings,
                         Device device) {
  GroupedMask result;
  const Shape shape = grouped_heads(scores_shape(q, k), k);
  if (settings.mask.defined()) {
    const Tensor mask = reshape(settings.mask, shape);
    if (mask.dtype() == DType::boolean) {
      result.allowed = mask;
    } else {
      result.allowed = mask != Tensor(-std::numeric_limits<double>::infinity());
      result.added = where(result.allowed, mask, Tensor(0.0));
    }
  }
  if (settings.causal) {
    const Tensor causal = causal_mask(shape[3], shape[4], settings.causal_offset, device);
    result.allowed = result.allowed.defined() ? logical_and(result.allowed, causal) : causal;
  }
  return result;
}

Tensor dropout_scale(const Shape& weights, const kernels::AttentionSettings& settings, Options options) {
  Generator generator;
  generator.set_state(settings.random);
  const Tensor uniform = rand(weights, {.dtype = DType::f32, .device = options.device}, generator);
  return where(uniform >= Tensor(settings.dropout), Tensor(1 / (1 - settings.dropout)), Tensor(0.0))
      .to(options);
}

}  // namespace detail

Tensor scaled_dot_product_attention(const Tensor& q, const Tensor& k, const Tensor& v,
                                    const AttentionOptions& options) {
  const OpScope scope("scaled_dot_product_attention");
  const DrawGuard guard(detail::generator_of(options));
  return detail::attention_forward(
             q, k, v, detail::attention_settings("scaled_dot_product_attention", q, k, v, options))
      .output;
}

Tensor causal_mask(std::int64_t queries, std::int64_t keys, std::int64_t offset, Device device) {
  const OpScope scope("causal_mask");
  if (queries < 0 || keys < 0)
    fail<ShapeError>("causal_mask", "{} queries and {} keys; neither may be negative", queries, keys);
  if (queries == 0 || keys == 0) return empty({queries, keys}, {.dtype = DType::boolean, .device = device});
  const Options options{.dtype = DType::i64, .device = device};
  const Tensor positions = arange(queries, options) + Tensor(std::clamp(offset, -queries, keys));
  return unsqueeze(positions, 1) >= arange(keys, options);
}

Tensor padding_mask(const Tensor& lengths, std::int64_t keys) {
  const OpScope scope("padding_mask");
  require_defined("padding_mask", lengths, "lengths");
  if (!is_integer(lengths.dtype())) {
    fail<DTypeError>("padding_mask", "lengths are {}; wanted integers, convert them with .to(DType::i64)",
                     lengths.dtype());
  }
  if (lengths.rank() != 1)
    fail<ShapeError>("padding_mask", "lengths are {}; wanted [batch], a length a sequence", lengths.shape());
  if (keys < 0) fail<ShapeError>("padding_mask", "{} keys; there cannot be fewer than 0", keys);
  if (lengths.numel() == 0)
    return empty({0, 1, 1, keys}, {.dtype = DType::boolean, .device = lengths.device()});
  const Tensor positions = arange(keys, {.dtype = DType::i64, .device = lengths.device()});
  return positions < reshape(lengths, {lengths.numel(), 1, 1, 1});
}

Tensor causal_padding_mask(const Tensor& lengths, std::int64_t length) {
  const OpScope scope("causal_padding_mask");
  const Tensor padding = padding_mask(lengths, length);
  return logical_and(padding, causal_mask(length, length, 0, lengths.device()));
}

TINYTORCH_INSTANTIATE_ATTENTION(Tensor);

}  // namespace tinytorch
