#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "core/ops/attention_kernels.h"
#include "kernels/math/host_device.h"

// Attention as kernels see it, for every device.
namespace tinytorch {

/// A tensor [batch, heads, rows, columns] whose columns lie without gaps.
template <class T>
struct HeadRows {
  T* data;
  std::int64_t batch_step, head_step, row_step;

  HOST_DEVICE T* row(std::int64_t batch, std::int64_t head, std::int64_t row) const {
    return data + batch * batch_step + head * head_step + row * row_step;
  }
};

template <class T>
HeadRows<T> head_rows(T* data, const Tensor& x) {
  if (x.numel() == 0) return {data, 0, 0, 0};  // there is no row, and nowhere that one could lie
  // The step of a single row means nothing; libraries want it to be at least a row.
  const std::int64_t step = x.shape()[2] == 1 ? std::max<std::int64_t>(1, x.shape()[3]) : x.strides()[2];
  return {data, x.strides()[0], x.strides()[1], step};
}
template <class T>
HeadRows<const T> head_rows(const Tensor& x) {
  return head_rows(static_cast<const T*>(x.raw_data()), x);
}
template <class T>
HeadRows<T> head_rows(Tensor& x) {
  return head_rows(static_cast<T*>(x.raw_data()), x);
}

/// At most one of `allowed` and `added` is not null. Steps are in elements.
template <class T>
struct ScoreMask {
  const bool* allowed;
  const T* added;
  std::int64_t batch_step, head_step, row_step, column_step;

  HOST_DEVICE std::int64_t offset(std::int64_t batch, std::int64_t head, std::int64_t row,
                                  std::int64_t column) const {
    return batch * batch_step + head * head_step + row * row_step + column * column_step;
  }
};

template <class T>
ScoreMask<T> score_mask(const Tensor& mask) {
  if (!mask.defined()) return {};
  const bool is_bool = mask.dtype() == DType::boolean;
  const Strides& step = mask.strides();
  return {is_bool ? static_cast<const bool*>(mask.raw_data()) : nullptr,
          is_bool ? nullptr : static_cast<const T*>(mask.raw_data()),
          step[0],
          step[1],
          step[2],
          step[3]};
}

/// The operands of both kernels, and what follows from them.
template <class T>
struct AttentionProblem {
  std::int64_t batch, heads, kv_heads, queries, keys, width, value_width;
  HeadRows<const T> q, k, v;
  ScoreMask<T> mask;
  bool causal;
  std::int64_t causal_offset;
  T scale;
  bool drops;        ///< whether weights are left out
  float drop_below;  ///< those with a random number below this
  T kept_factor;     ///< what the others are multiplied by
  RandomStream random;

  HOST_DEVICE std::int64_t kv_head(std::int64_t head) const { return head / (heads / kv_heads); }
  /// How many keys the queries before `end` may attend to at most.
  HOST_DEVICE std::int64_t keys_before(std::int64_t end) const {
    if (!causal) return keys;
    const std::int64_t last = end + causal_offset;
    return last < 0 ? 0 : last < keys ? last : keys;
  }
  /// The first query that may attend to a key from `key` on.
  HOST_DEVICE std::int64_t first_query(std::int64_t key) const {
    return causal && key > causal_offset ? key - causal_offset : 0;
  }
  /// The number of a weight in row-major order.
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
          .drops = settings.dropout > 0,
          .drop_below = static_cast<float>(settings.dropout),
          .kept_factor = static_cast<T>(1 / (1 - settings.dropout)),
          .random = settings.random};
}

/// What is subtracted from scores before exp: the maximum, unless all are -inf.
template <class T>
HOST_DEVICE T shift_of(T maximum) {
  return maximum == -std::numeric_limits<T>::infinity() ? T(0) : maximum;
}

}  // namespace tinytorch
