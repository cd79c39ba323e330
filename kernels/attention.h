#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "core/ops/attention_kernels.h"
#include "kernels/math/host_device.h"

// Attention for the kernels of every device.
namespace tinytorch {

/// A tensor [batch, heads, rows, columns] with unit column stride.
template <class T>
struct HeadRows {
  T* data;
  std::int64_t batch_stride, head_stride, row_stride;

  HOST_DEVICE T* row(std::int64_t batch, std::int64_t head, std::int64_t row) const {
    return data + batch * batch_stride + head * head_stride + row * row_stride;
  }
};

template <class T>
HeadRows<T> head_rows(T* data, const Tensor& x) {
  if (x.numel() == 0) return {data, 0, 0, 0};
  // The stride of a single row has no meaning; libraries require at least the length of a row.
  const std::int64_t stride = x.shape()[2] == 1 ? std::max<std::int64_t>(1, x.shape()[3]) : x.strides()[2];
  return {data, x.strides()[0], x.strides()[1], stride};
}
template <class T>
HeadRows<const T> head_rows(const Tensor& x) {
  return head_rows(static_cast<const T*>(x.raw_data()), x);
}
template <class T>
HeadRows<T> head_rows(Tensor& x) {
  return head_rows(static_cast<T*>(x.raw_data()), x);
}

/// The mask of the scores: `allowed` is a bool mask, `added` is added to the scores; at most one is not null.
template <class T>
struct ScoreMask {
  const bool* allowed;
  const T* added;
  std::int64_t batch_stride, head_stride, row_stride, column_stride;

  HOST_DEVICE std::int64_t offset(std::int64_t batch, std::int64_t head, std::int64_t row,
                                  std::int64_t column) const {
    return batch * batch_stride + head * head_stride + row * row_stride + column * column_stride;
  }
};

template <class T>
ScoreMask<T> score_mask(const Tensor& mask) {
  if (!mask.defined()) return {};
  const bool is_bool = mask.dtype() == DType::boolean;
  const Strides& strides = mask.strides();
  return {is_bool ? static_cast<const bool*>(mask.raw_data()) : nullptr,
          is_bool ? nullptr : static_cast<const T*>(mask.raw_data()),
          strides[0],
          strides[1],
          strides[2],
          strides[3]};
}

/// The operands of the forward and the gradient kernel, with their sizes.
template <class T>
struct AttentionProblem {
  std::int64_t batch, heads, kv_heads, queries, keys, width, value_width;
  HeadRows<const T> q, k, v;
  ScoreMask<T> mask;
  bool causal;
  std::int64_t causal_offset;
  T scale;
  bool has_dropout;
  float dropout_probability;  ///< weights whose uniform random number is below it are set to zero
  T dropout_scale;            ///< the factor of the other weights, 1 / (1 - dropout_probability)
  RandomStream random;

  HOST_DEVICE std::int64_t kv_head(std::int64_t head) const { return head / (heads / kv_heads); }
  /// The largest number of keys that a query before `end` may attend to.
  HOST_DEVICE std::int64_t keys_before(std::int64_t end) const {
    if (!causal) return keys;
    const std::int64_t last = end + causal_offset;
    return last < 0 ? 0 : last < keys ? last : keys;
  }
  /// The first query that may attend to `key` or to one after it.
  HOST_DEVICE std::int64_t first_query(std::int64_t key) const {
    return causal && key > causal_offset ? key - causal_offset : 0;
  }
  /// The row-major index of a weight.
  HOST_DEVICE std::int64_t weight(std::int64_t b, std::int64_t head, std::int64_t query,
                                  std::int64_t key) const {
    return ((b * heads + head) * queries + query) * keys + key;
  }
};

template <class T>
AttentionProblem<T> attention_problem(const Tensor& q, const Tensor& k, const Tensor& v,
                                      const kernels::AttentionSettings& settings) {
  return {.batch = q.shape()[0],
          .heads = q.shape()[1],
          .kv_heads = k.shape()[1],
          .queries = q.shape()[2],
          .keys = k.shape()[2],
          .width = q.shape()[3],
          .value_width = v.shape()[3],
          .q = head_rows<T>(q),
          .k = head_rows<T>(k),
          .v = head_rows<T>(v),
          .mask = score_mask<T>(settings.mask),
          .causal = settings.causal,
          .causal_offset = settings.causal_offset,
          .scale = static_cast<T>(settings.scale),
          .has_dropout = settings.dropout > 0,
          .dropout_probability = static_cast<float>(settings.dropout),
          .dropout_scale = static_cast<T>(1 / (1 - settings.dropout)),
          .random = settings.random};
}

/// The value that is subtracted from scores before exp: their maximum, or 0 if all are -inf.
template <class T>
HOST_DEVICE T softmax_shift(T maximum) {
  return maximum == -std::numeric_limits<T>::infinity() ? T(0) : maximum;
}

}  // namespace tinytorch
