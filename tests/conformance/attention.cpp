#include "core/ops/attention.h"
#include "core/ops/attention_kernels.h"

#include <cmath>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "autograd/ops/attention.h"
#include "tests/conformance/op_table.h"
#include "tests/conformance/philox.h"
#include "tests/conformance/rows.h"

namespace tinytorch::conformance {
namespace {

constexpr std::uint64_t kSeed = 77, kFirstBlock = 5;

Generator generator() {
  Generator result;
  result.set_state({kSeed, kFirstBlock});
  return result;
}

/// The keys to which a query may not attend, or what is added to its scores.
struct Masking {
  const Array* mask = nullptr;
  bool is_bool = false;
  bool causal = false;
  std::int64_t offset = 0;
  double dropout = 0;
  std::optional<double> scale = {};
};

/// A score after the masks; -inf where the query may not attend.
double masked(const Masking& masking, const Dims& index, double score) {
  const std::int64_t query = index[index.size() - 2], key = index.back();
  if (masking.causal && key > query + masking.offset) return -inf;
  if (masking.mask == nullptr) return score;
  const double element = broadcast_element(*masking.mask, index);
  if (masking.is_bool) return element != 0 ? score : -inf;
  return score + element;
}

/// The scores [..., heads, queries, keys] of q and k by their definition.
Array scores_of(const Array& q, const Array& k, const Masking& masking) {
  const int rank = q.shape.size();
  const std::int64_t width = q.shape.back();
  const double scale = masking.scale.value_or(1 / std::sqrt(static_cast<double>(width)));
  Shape shape = q.shape;
  shape.back() = k.shape[rank - 2];
  return generate(shape, [&](const Dims& at) {
    Dims in_q = at, in_k = at;
    in_k[rank - 2] = at.back();
    if (rank > 2) in_k[rank - 3] = at[rank - 3] / (q.shape[rank - 3] / k.shape[rank - 3]);
    double product = 0;
    for (std::int64_t l = 0; l < width; ++l) {
      in_q.back() = in_k.back() = l;
      product += q(in_q) * k(in_k);
    }
    return masked(masking, at, scale * product);
  });
}

/// The softmax of scores; zeros where all are -inf.
std::vector<double> weights_of(std::span<const double> scores) {
  double largest = -inf, sum = 0;
  for (const double score : scores) largest = std::max(largest, score);
  std::vector<double> weights(scores.size(), 0);
  if (largest == -inf) return weights;
  for (const double score : scores) sum += std::exp(score - largest);
  for (std::size_t i = 0; i < scores.size(); ++i) weights[i] = std::exp(scores[i] - largest) / sum;
  return weights;
}

/// The weights after dropout.
Array dropped(Array weights, double probability) {
  if (probability == 0) return weights;
  for (std::size_t i = 0; i < weights.values.size(); ++i) {
    const double uniform = static_cast<double>(philox_word(kSeed, kFirstBlock, i) >> 8) * 0x1p-24;
    weights.values[i] *= uniform >= probability ? 1 / (1 - probability) : 0;
  }
  return weights;
}

/// Attention by its definition, or its weights.
Array attend(const Array& q, const Array& k, const Array& v, const Masking& masking,
             bool return_weights = false) {
  const int rank = q.shape.size();
  const Array scores = scores_of(q, k, masking);
  const Array weights = dropped(apply_along_axis(scores, rank - 1, weights_of), masking.dropout);
  if (return_weights) return weights;
  Shape shape = q.shape;
  shape.back() = v.shape.back();
  return generate(shape, [&](const Dims& at) {
    Dims in_weights = at, in_v = at;
    if (rank > 2) in_v[rank - 3] = at[rank - 3] / (q.shape[rank - 3] / k.shape[rank - 3]);
    double sum = 0;
    for (std::int64_t key = 0; key < k.shape[rank - 2]; ++key) {
      in_weights.back() = in_v[rank - 2] = key;
      sum += weights(in_weights) * v(in_v);
    }
    return sum;
  });
}

/// The mask, with no key left to the first query.
Array without_first_query(Array mask) {
  const std::int64_t keys = mask.shape.back(), queries = mask.shape[mask.shape.size() - 2];
  for (std::size_t i = 0; i < mask.values.size(); ++i) {
    if (static_cast<std::int64_t>(i) / keys % queries == 0) mask.values[i] = 0;
  }
  return mask;
}

template <class Masked>
Tensor first_query_masked(const Masked& mask) {
  const Tensor& value = value_of(mask);
  return slice_scatter(value, Tensor(false), -2, 0, 1);
}

using Shapes = std::vector<std::vector<Shape>>;

/// Of q, k and v: one head, shared heads, widths that differ, empty tensors, more than one tile in each
/// direction, widths beyond a block's columns.
Shapes shapes() {
  return {{{1, 1}, {1, 1}, {1, 1}},
          {{3, 2}, {4, 2}, {4, 3}},
          {{2, 3, 2}, {2, 4, 2}, {2, 4, 1}},
          {{1, 2, 3, 3}, {1, 1, 2, 3}, {1, 1, 2, 2}},
          {{2, 1, 2, 2, 2}, {2, 1, 2, 3, 2}, {2, 1, 2, 3, 2}},
          {{0, 2, 3, 2}, {0, 2, 3, 2}, {0, 2, 3, 2}},
          {{2, 0, 3}, {2, 4, 3}, {2, 4, 2}},
          {{2, 3, 2}, {2, 0, 2}, {2, 0, 2}},
          {{2, 4, 5, 7}, {2, 2, 9, 7}, {2, 2, 9, 33}},
          {{1, 1, 70, 9}, {1, 1, 131, 9}, {1, 1, 131, 5}},
          {{2, 131, 33}, {1, 70, 33}, {1, 70, 40}},
          {{1, 5, 130}, {1, 6, 130}, {1, 6, 150}}};
}

Shapes with_masks(Shapes shapes, const std::vector<Shape>& masks) {
  for (std::size_t i = 0; i < shapes.size(); ++i) shapes[i].push_back(masks[i]);
  return shapes;
}

Shapes masked_shapes() {
  return with_masks({{{3, 2}, {4, 2}, {4, 3}},
                     {{2, 3, 2}, {2, 4, 2}, {2, 4, 1}},
                     {{2, 2, 3, 1}, {2, 1, 2, 1}, {2, 1, 2, 2}},
                     {{2, 1, 2, 2, 1}, {2, 1, 2, 2, 1}, {2, 1, 2, 2, 1}},
                     {{0, 2, 3, 2}, {0, 2, 3, 2}, {0, 2, 3, 2}},
                     {{2, 2, 70, 9}, {2, 1, 131, 9}, {2, 1, 131, 5}}},
                    {{3, 4}, {1, 3, 4}, {2, 1, 3, 2}, {1, 2, 2, 2}, {3, 3}, {2, 1, 70, 131}});
}

Row& attention_row(const char* name, const Shapes& of_operands) {
  return row(name)
      .operand_shapes(of_operands)
      .covers(kernels::attention)
      .tolerances({1e-5, 1e-5}, {1e-12, 1e-12})
      .gradient(differentiable);
}

/// A row without a mask. `masking` and `options` state the same.
void unmasked_row(const char* name, const Masking& masking, const AttentionOptions& options) {
  attention_row(name, shapes())
      .inputs(real(-2, 2), real(-2, 2), real(-2, 2))
      .covers(kernels::attention_gradient)
      .reference(
          [masking](const Array& q, const Array& k, const Array& v) { return attend(q, k, v, masking); })
      .calls([options](const auto& q, const auto& k, const auto& v) {
        AttentionOptions own = options;
        Generator source = generator();
        own.generator = &source;
        return scaled_dot_product_attention(q, k, v, own);
      });
}

}  // namespace

void attention_rows() {
  unmasked_row("scaled_dot_product_attention", {}, {});
  unmasked_row("scaled_dot_product_attention_scaled", {.scale = -0.3}, {.scale = -0.3});
  unmasked_row("scaled_dot_product_attention_causal", {.causal = true}, {.causal = true});
  unmasked_row("scaled_dot_product_attention_causal_ahead", {.causal = true, .offset = 2},
               {.causal = true, .causal_offset = 2});
  unmasked_row("scaled_dot_product_attention_causal_behind", {.causal = true, .offset = -1},
               {.causal = true, .causal_offset = -1});
  unmasked_row("scaled_dot_product_attention_dropout", {.dropout = 0.3}, {.dropout = 0.3});
  unmasked_row("scaled_dot_product_attention_causal_dropout", {.causal = true, .dropout = 0.6},
               {.causal = true, .dropout = 0.6});

  const auto bool_masked = [](const Array& q, const Array& k, const Array& v, const Array& mask) {
    const Array used = without_first_query(mask);
    return attend(q, k, v, {.mask = &used, .is_bool = true});
  };
  attention_row("scaled_dot_product_attention_masked", masked_shapes())
      .inputs(real(-2, 2), real(-2, 2), real(-2, 2), booleans())
      .reference(bool_masked)
      .calls([](const auto& q, const auto& k, const auto& v, const auto& mask) {
        return scaled_dot_product_attention(q, k, v, {.mask = first_query_masked(mask)});
      });
  attention_row("scaled_dot_product_attention_masked_by_addition", masked_shapes())
      .inputs(real(-2, 2), real(-2, 2), real(-2, 2), real(-2, 2).including({-inf}).constant())
      .reference([](const Array& q, const Array& k, const Array& v, const Array& mask) {
        return attend(q, k, v, {.mask = &mask, .causal = true, .offset = 1});
      })
      .calls([](const auto& q, const auto& k, const auto& v, const auto& mask) {
        return scaled_dot_product_attention(q, k, v,
                                            {.causal = true, .causal_offset = 1, .mask = value_of(mask)});
      });
  attention_row("attention_with_weights_output", masked_shapes())
      .inputs(real(-2, 2), real(-2, 2), real(-2, 2), booleans())
      .reference(bool_masked)
      .calls([](const auto& q, const auto& k, const auto& v, const auto& mask) {
        return attention_with_weights(q, k, v, {.mask = first_query_masked(mask)}).output;
      });
  attention_row("attention_with_weights", shapes())
      .inputs(real(-2, 2), real(-2, 2), real(-2, 2))
      .reference([](const Array& q, const Array& k, const Array& v) {
        return attend(q, k, v, {.causal = true, .dropout = 0.25}, /*return_weights=*/true);
      })
      .calls([](const auto& q, const auto& k, const auto& v) {
        Generator source = generator();
        return attention_with_weights(q, k, v, {.causal = true, .dropout = 0.25, .generator = &source})
            .weights;
      });

  row("causal_mask")
      .inputs(real(-1, 1))
      .dtypes(kAllDTypes)
      .result_dtype(DType::boolean)
      .shapes({{1, 1}, {3, 5}, {5, 3}, {0, 2}, {2, 0}, {70, 70}})
      .reference([](const Array& x) {
        return generate(x.shape, [](const Dims& at) { return at[1] <= at[0] + 1 ? 1.0 : 0.0; });
      })
      .gradient(not_differentiable)
      .calls([](const Tensor& x) { return causal_mask(x.size(0), x.size(1), 1, x.device()); });
  const auto within_length = [](const Array& lengths, std::int64_t queries, bool causal) {
    return generate({lengths.shape[0], 1, queries, 6}, [&](const Dims& at) {
      return static_cast<double>(at[3]) < lengths({at[0]}) && (!causal || at[3] <= at[2]) ? 1.0 : 0.0;
    });
  };
  const DTypes integers{DType::u8, DType::i32, DType::i64};
  row("padding_mask")
      .inputs(real(0, 7))
      .dtypes(integers)
      .result_dtype(DType::boolean)
      .shapes({{0}, {1}, {9}})
      .reference([=](const Array& lengths) { return within_length(lengths, 1, false); })
      .gradient(not_differentiable)
      .calls([](const Tensor& lengths) { return padding_mask(lengths, 6); });
  row("causal_padding_mask")
      .inputs(real(0, 7))
      .dtypes(integers)
      .result_dtype(DType::boolean)
      .shapes({{0}, {1}, {9}})
      .reference([=](const Array& lengths) { return within_length(lengths, 6, true); })
      .gradient(not_differentiable)
      .calls([](const Tensor& lengths) { return causal_padding_mask(lengths, 6); });

  const std::vector<Shape> heads_of_256(3, {4, 8, 256, 64}), heads_of_1024(3, {1, 8, 1024, 64});
  for (const char* name : {"scaled_dot_product_attention", "scaled_dot_product_attention_causal"}) {
    // Two products of [T, 64] and [64, T]; of causal attention, half of each.
    const double share = name == std::string_view("scaled_dot_product_attention") ? 1 : 0.5;
    time_row(name, {.shapes = heads_of_256, .operations = share * 4.0 * 32 * 256 * 256 * 64});
    time_row(name, {.shapes = heads_of_1024, .operations = share * 4.0 * 8 * 1024 * 1024 * 64});
  }
  time_row("attention_with_weights", {heads_of_256});
  time_row("causal_mask", {{{1024, 1024}}});
  time_row("padding_mask", {{{4096}}});
  time_row("causal_padding_mask", {{{4096}}});
}

}  // namespace tinytorch::conformance
