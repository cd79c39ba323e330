// What PyTorch calls the rows of the op table, with the same arguments: those of tests/conformance and of
// untabled_rows.cpp.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "tests/benchmarks/torch/calls.h"

namespace benchmarks {
namespace {

using torch::Tensor;
namespace F = torch::nn::functional;
using Calls = std::map<std::string, OpCall>;

OpCall unary(Tensor (*f)(const Tensor&)) {
  return [f](const Tensors& x) { return f(x[0]); };
}
OpCall binary(Tensor (*f)(const Tensor&, const Tensor&)) {
  return [f](const Tensors& x) { return f(x[0], x[1]); };
}

void add_elementwise(Calls& calls) {
  const std::map<std::string, Tensor (*)(const Tensor&)> of_one{{"relu", at::relu},
                                                                {"relu6", at::relu6},
                                                                {"logsigmoid", at::log_sigmoid},
                                                                {"selu", at::selu},
                                                                {"mish", at::mish},
                                                                {"hardsigmoid", at::hardsigmoid},
                                                                {"sigmoid", at::sigmoid},
                                                                {"silu", at::silu},
                                                                {"hardswish", at::hardswish},
                                                                {"neg", at::neg},
                                                                {"abs", at::abs},
                                                                {"sign", at::sign},
                                                                {"exp", at::exp},
                                                                {"exp2", at::exp2},
                                                                {"expm1", at::expm1},
                                                                {"log", at::log},
                                                                {"log2", at::log2},
                                                                {"log10", at::log10},
                                                                {"log1p", at::log1p},
                                                                {"sqrt", at::sqrt},
                                                                {"rsqrt", at::rsqrt},
                                                                {"sin", at::sin},
                                                                {"cos", at::cos},
                                                                {"tan", at::tan},
                                                                {"asin", at::asin},
                                                                {"acos", at::acos},
                                                                {"atan", at::atan},
                                                                {"sinh", at::sinh},
                                                                {"cosh", at::cosh},
                                                                {"tanh", at::tanh},
                                                                {"erf", at::erf},
                                                                {"floor", at::floor},
                                                                {"ceil", at::ceil},
                                                                {"trunc", at::trunc},
                                                                {"round", at::round},
                                                                {"square", at::square},
                                                                {"isnan", at::isnan},
                                                                {"isinf", at::isinf},
                                                                {"isfinite", at::isfinite},
                                                                {"reciprocal", at::reciprocal},
                                                                {"bitwise_not", at::bitwise_not},
                                                                {"logical_not", at::logical_not}};
  for (const auto& [name, f] : of_one) calls[name] = unary(f);
  const std::map<std::string, Tensor (*)(const Tensor&, const Tensor&)> of_two{
      {"mul", at::mul},
      {"div", at::div},
      {"pow", at::pow},
      {"remainder", at::remainder},
      {"maximum", at::maximum},
      {"minimum", at::minimum},
      {"atan2", at::atan2},
      {"floor_divide", at::floor_divide},
      {"eq", at::eq},
      {"ne", at::ne},
      {"lt", at::lt},
      {"le", at::le},
      {"gt", at::gt},
      {"ge", at::ge},
      {"logical_and", at::logical_and},
      {"logical_or", at::logical_or},
      {"logical_xor", at::logical_xor},
      {"bitwise_and", at::bitwise_and},
      {"bitwise_or", at::bitwise_or},
      {"bitwise_xor", at::bitwise_xor},
      {"bitwise_left_shift", at::bitwise_left_shift},
      {"bitwise_right_shift", at::bitwise_right_shift}};
  for (const auto& [name, f] : of_two) calls[name] = binary(f);
  calls["add"] = [](const Tensors& x) { return x[0] + x[1]; };
  calls["sub"] = [](const Tensors& x) { return x[0] - x[1]; };
  calls["add_into"] = [](const Tensors& x) { return Tensor(x[0]).add_(x[1]); };
  calls["add_in_place"] = [](const Tensors& x) { return x[0].clone().add_(x[1]); };
  calls["sub_in_place"] = [](const Tensors& x) { return x[0].clone().sub_(x[1]); };
  calls["mul_in_place"] = [](const Tensors& x) { return x[0].clone().mul_(x[1]); };
  calls["div_in_place"] = [](const Tensors& x) { return x[0].clone().div_(x[1]); };
  calls["hardtanh"] = [](const Tensors& x) { return at::hardtanh(x[0], -0.5, 2); };
  calls["softsign"] = [](const Tensors& x) { return F::softsign(x[0]); };
  calls["gelu"] = [](const Tensors& x) { return at::gelu(x[0]); };
  calls["leaky_relu"] = [](const Tensors& x) { return at::leaky_relu(x[0], 0.125); };
  calls["elu"] = [](const Tensors& x) { return at::elu(x[0], 1.5); };
  calls["softplus"] = [](const Tensors& x) { return at::softplus(x[0], 2); };
  calls["where"] = [](const Tensors& x) { return at::where(x[0], x[1], x[2]); };
  calls["clamp"] = [](const Tensors& x) { return at::clamp(x[0], 0, 3); };
  calls["clamp_min"] = [](const Tensors& x) { return at::clamp_min(x[0], 1); };
  calls["clamp_max"] = [](const Tensors& x) { return at::clamp_max(x[0], 2); };
  calls["masked_fill"] = [](const Tensors& x) { return at::masked_fill(x[0], x[1], 7); };
  calls["addcmul"] = [](const Tensors& x) { return at::addcmul(x[0], x[1], x[2], 0.5); };
  calls["lerp"] = [](const Tensors& x) { return at::lerp(x[0], x[1], x[2]); };
  calls["zeros"] = calls["zeros_like"] = unary([](const Tensor& x) { return at::zeros_like(x); });
  calls["ones"] = calls["ones_like"] = unary([](const Tensor& x) { return at::ones_like(x); });
  calls["full"] = unary([](const Tensor& x) { return at::full_like(x, 7); });
  calls["full_like"] = unary([](const Tensor& x) { return at::full_like(x, 2.5); });
  calls["arange"] = unary([](const Tensor& x) { return at::arange(5, 5 + 3 * x.numel(), 3, x.options()); });
  calls["linspace"] = unary([](const Tensor& x) { return at::linspace(-1, 1.5, x.numel(), x.options()); });
  calls["eye"] = unary([](const Tensor& x) { return at::eye(x.size(0), x.size(1), x.options()); });
  calls["variable_to_f64"] = unary([](const Tensor& x) { return x.to(torch::kFloat64); });
  calls["fill"] = unary([](const Tensor& x) { return x.clone().fill_(3); });
}

void add_reductions(Calls& calls) {
  calls["sum"] = unary([](const Tensor& x) { return x.sum(); });
  calls["sum_over_first_axis"] = unary([](const Tensor& x) { return x.sum(0); });
  calls["sum_over_second_axis_keepdim"] = unary([](const Tensor& x) { return x.sum(1, true); });
  calls["sum_to"] = unary([](const Tensor& x) { return x.sum({0, 1}).unsqueeze(0); });
  calls["nansum"] = unary([](const Tensor& x) { return x.nansum(); });
  calls["mean"] = unary([](const Tensor& x) { return x.mean(); });
  calls["mean_over_second_axis_keepdim"] = unary([](const Tensor& x) { return x.mean(1, true); });
  calls["nanmean"] = unary([](const Tensor& x) { return x.nanmean(); });
  calls["max"] = unary([](const Tensor& x) { return x.max(); });
  calls["min"] = unary([](const Tensor& x) { return x.min(); });
  calls["max_over_second_axis"] = unary([](const Tensor& x) { return x.amax(1); });
  calls["argmax"] = unary([](const Tensor& x) { return x.argmax(); });
  calls["argmin"] = unary([](const Tensor& x) { return x.argmin(); });
  calls["argmax_of_second_axis"] = unary([](const Tensor& x) { return x.argmax(1); });
  calls["max_with_indices_values_over_second_axis"] =
      unary([](const Tensor& x) { return std::get<0>(x.max(1)); });
  calls["min_with_indices_of_second_axis"] = unary([](const Tensor& x) { return std::get<1>(x.min(1)); });
  calls["prod"] = unary([](const Tensor& x) { return x.prod(); });
  calls["any"] = unary([](const Tensor& x) { return x.any(); });
  calls["all"] = unary([](const Tensor& x) { return x.all(); });
  calls["var"] = unary([](const Tensor& x) { return x.var(); });
  calls["var_over_second_axis_uncorrected_keepdim"] =
      unary([](const Tensor& x) { return x.var(at::IntArrayRef{1}, 0, true); });
  calls["stddev_over_outer_axes"] = unary([](const Tensor& x) { return x.std(at::IntArrayRef{0, 2}); });
  calls["logsumexp"] = unary([](const Tensor& x) { return x.flatten().logsumexp(0); });
  calls["logsumexp_over_second_axis_keepdim"] = unary([](const Tensor& x) { return x.logsumexp(1, true); });
  calls["norm"] = unary([](const Tensor& x) { return at::linalg_vector_norm(x); });
  calls["norm_of_order_one_over_second_axis"] =
      unary([](const Tensor& x) { return at::linalg_vector_norm(x, 1, at::IntArrayRef{1}); });
  calls["cummax_values"] = unary([](const Tensor& x) { return std::get<0>(x.cummax(-1)); });
  calls["cummin_indices"] = unary([](const Tensor& x) { return std::get<1>(x.cummin(-1)); });
  calls["cumsum"] = unary([](const Tensor& x) { return x.cumsum(-1); });
  calls["cumprod"] = unary([](const Tensor& x) { return x.cumprod(-1); });
}

void add_normalizations(Calls& calls) {
  calls["softmax"] = unary([](const Tensor& x) { return x.softmax(-1); });
  calls["softmax_of_first_axis"] = unary([](const Tensor& x) { return x.softmax(0); });
  calls["log_softmax"] = unary([](const Tensor& x) { return x.log_softmax(-1); });
  calls["layer_norm"] = [](const Tensors& x) { return at::layer_norm(x[0], x[1].sizes(), x[1], x[2]); };
  calls["rms_norm"] = [](const Tensors& x) { return at::rms_norm(x[0], x[1].sizes(), x[1], 1e-5); };
  calls["batch_norm_in_training"] = [](const Tensors& x) {
    return at::batch_norm(x[0], x[1], x[2], {}, {}, true, 0.1, 1e-5, false);
  };
  calls["batch_norm"] = [](const Tensors& x) {
    return at::batch_norm(x[0], x[3], x[4], x[1], x[2], false, 0.1, 1e-5, false);
  };
  calls["group_norm"] = [](const Tensors& x) { return at::group_norm(x[0], 2, x[1], x[2]); };
  calls["instance_norm"] = [](const Tensors& x) {
    return at::instance_norm(x[0], x[1], x[2], {}, {}, true, 0.1, 1e-5, false);
  };
}

Tensor signs(const Tensor& truth) { return truth.to(torch::kInt64) * 2 - 1; }

void add_losses(Calls& calls) {
  calls["mse_loss"] = [](const Tensors& x) { return at::mse_loss(x[0], x[1]); };
  calls["l1_loss"] = [](const Tensors& x) { return at::l1_loss(x[0], x[1]); };
  calls["huber_loss"] = [](const Tensors& x) {
    return at::huber_loss(x[0], x[1], at::Reduction::Mean, 0.75);
  };
  calls["smooth_l1_loss"] = [](const Tensors& x) {
    return at::smooth_l1_loss(x[0], x[1], at::Reduction::Mean, 0.75);
  };
  calls["binary_cross_entropy"] = [](const Tensors& x) { return at::binary_cross_entropy(x[0], x[1]); };
  calls["binary_cross_entropy_with_logits"] = [](const Tensors& x) {
    return at::binary_cross_entropy_with_logits(x[0], x[1]);
  };
  calls["kl_div"] = [](const Tensors& x) { return at::kl_div(x[0], x[1]); };
  calls["hinge_embedding_loss"] = [](const Tensors& x) {
    return at::hinge_embedding_loss(x[0], signs(x[1]), 0.75);
  };
  calls["cosine_similarity"] = [](const Tensors& x) { return at::cosine_similarity(x[0], x[1], 1); };
  calls["cosine_embedding_loss"] = [](const Tensors& x) {
    return at::cosine_embedding_loss(x[0], x[1], signs(x[2]), -1.5);
  };
  calls["cross_entropy"] = [](const Tensors& x) { return at::cross_entropy_loss(x[0], x[1]); };
  calls["nll_loss"] = [](const Tensors& x) { return at::nll_loss(x[0], x[1]); };
}

void add_products(Calls& calls) {
  calls["matmul"] = binary(at::matmul);
  calls["matmul_of_transposed_a"] = [](const Tensors& x) { return at::matmul(x[0].t(), x[1]); };
  calls["matmul_of_transposed_b"] = [](const Tensors& x) { return at::matmul(x[0], x[1].t()); };
  calls["linear"] = [](const Tensors& x) { return at::linear(x[0], x[1], x[2]); };
  calls["linear_relu"] = [](const Tensors& x) { return at::relu(at::linear(x[0], x[1], x[2])); };
  calls["outer"] = binary(at::outer);
  calls["dot"] = binary(at::dot);
  calls["bmm"] = binary(at::bmm);
  calls["addmm"] = [](const Tensors& x) { return at::addmm(x[0], x[1], x[2], 0.5, 2); };
  calls["baddbmm"] = [](const Tensors& x) { return at::baddbmm(x[0], x[1], x[2], 0.5, 2); };
  calls["scaled_dot_product_attention"] = [](const Tensors& x) {
    return at::scaled_dot_product_attention(x[0], x[1], x[2]);
  };
  calls["scaled_dot_product_attention_causal"] = [](const Tensors& x) {
    return at::scaled_dot_product_attention(x[0], x[1], x[2], {}, 0, true);
  };
  calls["rnn_cell"] = [](const Tensors& x) { return at::rnn_tanh_cell(x[0], x[1], x[2], x[3], x[4], x[5]); };
  calls["gru_cell"] = [](const Tensors& x) { return at::gru_cell(x[0], x[1], x[2], x[3], x[4], x[5]); };
  calls["lstm_cell"] = [](const Tensors& x) {
    const auto [hidden, cell] = at::lstm_cell(x[0], {x[1], x[2]}, x[3], x[4], x[5], x[6]);
    return at::stack({hidden, cell});
  };
}

Tensor pooled_indices(const Tensor& x) { return std::get<1>(at::max_pool2d_with_indices(x.detach(), 2)); }

void add_images(Calls& calls) {
  calls["conv2d"] = [](const Tensors& x) { return at::conv2d(x[0], x[1], x[2]); };
  calls["conv2d_of_seven_by_seven"] = [](const Tensors& x) { return at::conv2d(x[0], x[1], x[2], 2, 3); };
  calls["conv2d_in_groups"] = [](const Tensors& x) { return at::conv2d(x[0], x[1], x[2], 1, 1, 1, 2); };
  calls["conv2d_padded"] = [](const Tensors& x) { return at::conv2d(x[0], x[1], x[2], 1, 1); };
  calls["conv2d_of_each_channel"] = [](const Tensors& x) { return at::conv2d(x[0], x[1], {}, 1, 1, 1, 64); };
  calls["conv_transpose2d"] = [](const Tensors& x) { return at::conv_transpose2d(x[0], x[1], x[2]); };
  calls["max_pool2d"] = [](const Tensors& x) { return at::max_pool2d(x[0], 2); };
  calls["max_pool2d_overlapping"] = [](const Tensors& x) {
    return at::max_pool2d(x[0], {3, 2}, {2, 1}, {1, 1});
  };
  calls["avg_pool2d"] = [](const Tensors& x) { return at::avg_pool2d(x[0], 2); };
  calls["avg_pool2d_overlapping"] = [](const Tensors& x) {
    return at::avg_pool2d(x[0], {3, 2}, {2, 1}, {1, 1});
  };
  calls["adaptive_avg_pool2d_to_one_pixel"] = [](const Tensors& x) {
    return at::adaptive_avg_pool2d(x[0], {1, 1});
  };
  calls["adaptive_max_pool2d_to_one_pixel"] = [](const Tensors& x) {
    return std::get<0>(at::adaptive_max_pool2d(x[0], {1, 1}));
  };
  calls["max_pool2d_with_indices"] = [](const Tensors& x) {
    return std::get<1>(at::max_pool2d_with_indices(x[0], 2));
  };
  calls["adaptive_max_pool1d"] = [](const Tensors& x) {
    return std::get<0>(at::adaptive_max_pool1d(x[0], 5));
  };
  calls["avg_pool1d"] = [](const Tensors& x) { return at::avg_pool1d(x[0], 4, 2, 1, false, false); };
  calls["max_pool1d"] = unary([](const Tensor& x) { return at::max_pool1d(x, 3, 2, 1, 2, true); });
  calls["adaptive_max_pool2d_with_indices_to_one_pixel"] = unary([](const Tensor& x) {
    return std::get<1>(at::adaptive_max_pool2d(x, {1, 1}));
  });
  calls["max_pool2d_gradient"] = binary([](const Tensor& grad, const Tensor& x) {
    return at::max_pool2d_with_indices_backward(grad, x, 2, 2, 0, 1, false, pooled_indices(x));
  });
  calls["max_pool2d_at"] = binary([](const Tensor& u, const Tensor& x) {
    const Tensor indices = pooled_indices(x);
    return u.flatten(2).gather(2, indices.flatten(2)).reshape(indices.sizes());
  });
  calls["avg_pool2d_gradient"] = binary([](const Tensor& grad, const Tensor& x) {
    return at::avg_pool2d_backward(grad, x, 2, 2, 0, false, true, {});
  });
  calls["unfold"] = [](const Tensors& x) { return at::im2col(x[0], {2, 2}, {1, 1}, {0, 0}, {1, 1}); };
  calls["interpolate_by_one_factor"] = [](const Tensors& x) {
    return at::upsample_nearest2d(x[0], {x[0].size(2) * 2, x[0].size(3) * 2});
  };
  calls["interpolate_bilinear_up"] = unary([](const Tensor& x) {
    return at::upsample_bilinear2d(x, {6, 7}, false);
  });
  calls["interpolate_by_factors"] = unary([](const Tensor& x) {
    return at::upsample_bilinear2d(x, at::OptionalIntArrayRef(), false, at::ArrayRef<double>({1.75, 0.6}));
  });
}

void add_indexing(Calls& calls) {
  calls["gather"] = [](const Tensors& x) { return x[0].gather(1, x[1]); };
  calls["gather_from_last_axis"] = [](const Tensors& x) { return x[0].gather(-1, x[1]); };
  calls["take_along_axis"] = [](const Tensors& x) { return at::take_along_dim(x[0], x[1], 0); };
  calls["index_select"] = [](const Tensors& x) { return x[0].index_select(1, x[1]); };
  calls["index_select_of_rows"] = [](const Tensors& x) { return x[0].index_select(0, x[1]); };
  calls["embedding"] = [](const Tensors& x) { return at::embedding(x[0], x[1]); };
  calls["scatter"] = [](const Tensors& x) { return x[0].scatter(1, x[1], x[2]); };
  calls["scatter_add"] = [](const Tensors& x) { return x[0].scatter_add(1, x[1], x[2]); };
  calls["scatter_add_to_a_line"] = [](const Tensors& x) { return x[0].scatter_add(0, x[1], x[2]); };
  calls["index_add"] = [](const Tensors& x) { return x[0].index_add(1, x[1], x[2]); };
  calls["nonzero"] = unary([](const Tensor& x) { return x.nonzero(); });
  calls["masked_select"] = [](const Tensors& x) { return x[0].masked_select(x[1]); };
  calls["one_hot"] = unary([](const Tensor& x) { return at::one_hot(x, 5); });
  calls["bincount"] = unary([](const Tensor& x) { return x.bincount({}, 8); });
  calls["sort_values"] = unary([](const Tensor& x) { return std::get<0>(x.sort()); });
  calls["argsort_descending_of_second_axis"] = unary([](const Tensor& x) { return x.argsort(1, true); });
  calls["topk_values"] = unary([](const Tensor& x) { return std::get<0>(x.topk(2, 1)); });
  calls["topk_of_a_line"] = unary([](const Tensor& x) { return std::get<0>(x.topk(100)); });
  calls["topk_of_rows"] = unary([](const Tensor& x) { return std::get<0>(x.topk(10)); });
  calls["median"] = unary([](const Tensor& x) { return x.median(); });
  calls["nanmedian"] = unary([](const Tensor& x) { return x.nanmedian(); });
  calls["quantile"] = unary([](const Tensor& x) { return x.quantile(0.7); });
  calls["nanquantile"] = unary([](const Tensor& x) { return x.nanquantile(0.7); });
}

Tensor reversed_cat(std::vector<Tensor> chunks) {
  std::reverse(chunks.begin(), chunks.end());
  return at::cat(chunks, 1);
}

void add_copies(Calls& calls) {
  calls["clone"] = unary([](const Tensor& x) { return x.clone(); });
  calls["contiguous"] = unary([](const Tensor& x) { return x.contiguous(); });
  calls["permuted_copy_0213"] = unary([](const Tensor& x) { return x.permute({0, 2, 1, 3}).contiguous(); });
  calls["transposed_copy"] = unary([](const Tensor& x) { return x.t().contiguous(); });
  calls["channels_last_copy"] =
      unary([](const Tensor& x) { return x.contiguous(at::MemoryFormat::ChannelsLast); });
  calls["transpose"] = unary([](const Tensor& x) { return x.t(); });
  calls["squeeze"] = unary([](const Tensor& x) { return x.squeeze(); });
  calls["unsqueeze"] = unary([](const Tensor& x) { return x.unsqueeze(-1); });
  calls["flatten"] = unary([](const Tensor& x) { return x.flatten(1); });
  calls["select"] = unary([](const Tensor& x) { return x.select(1, -1); });
  calls["stack"] = [](const Tensors& x) { return at::stack({x[0], x[1]}, -1); };
  calls["reshape"] = unary([](const Tensor& x) { return x.reshape({-1, 1}); });
  calls["permute"] = unary([](const Tensor& x) { return x.permute({2, 0, 1}); });
  calls["expand"] = unary([](const Tensor& x) { return x.expand({2, -1, 4}); });
  calls["concat"] = [](const Tensors& x) { return at::cat({x[0], x[1]}, 1); };
  calls["slice"] = unary([](const Tensor& x) { return x.slice(1, 1, -1); });
  calls["pad"] = unary([](const Tensor& x) { return at::constant_pad_nd(x, {0, 3, 2, 1}, 1); });
  calls["pad_reflecting"] = unary([](const Tensor& x) {
    return at::reflection_pad2d(x.unsqueeze(0), {2, 1, -1, 1}).squeeze(0);
  });
  calls["flip"] = unary([](const Tensor& x) { return x.flip({0, 1}); });
  calls["roll"] = unary([](const Tensor& x) { return x.roll({2, -7}, {0, 1}); });
  calls["movedim"] = unary([](const Tensor& x) { return x.movedim(0, -1); });
  calls["repeat"] = unary([](const Tensor& x) { return x.repeat({2, 1, 3}); });
  calls["tile"] = unary([](const Tensor& x) { return x.tile({2}); });
  calls["repeat_interleave"] = unary([](const Tensor& x) { return x.repeat_interleave(3); });
  calls["split_into_sizes"] = unary([](const Tensor& x) {
    return reversed_cat(x.split_with_sizes({1, 4, 0, 2}, 1));
  });
  calls["chunk"] = unary([](const Tensor& x) { return reversed_cat(x.chunk(4, 1)); });
  calls["triu"] = unary([](const Tensor& x) { return x.triu(); });
  calls["tril"] = unary([](const Tensor& x) { return x.tril(); });
  calls["diagonal"] = unary([](const Tensor& x) { return x.diagonal(); });
  calls["unbind"] = unary([](const Tensor& x) { return at::stack(x.unbind(1)); });
  calls["slice_scatter"] = [](const Tensors& x) { return at::slice_scatter(x[0], x[1], -1, 1, 4, 2); };
}

void add_random(Calls& calls) {
  calls["rand_f32"] = unary([](const Tensor& x) { return at::rand(x.sizes(), torch::kFloat32); });
  calls["randn_f32"] = unary([](const Tensor& x) { return at::randn(x.sizes(), torch::kFloat32); });
  calls["randn_f64"] = unary([](const Tensor& x) { return at::randn(x.sizes(), torch::kFloat64); });
  calls["normal"] = unary([](const Tensor& x) { return at::normal(3, 0.5, x.sizes(), {}, torch::kFloat64); });
  calls["randint_i64"] = unary([](const Tensor& x) { return at::randint(0, 100, x.sizes(), torch::kInt64); });
  calls["dropout"] = unary([](const Tensor& x) { return at::dropout(x, 0.3, true); });
  calls["bernoulli"] = unary([](const Tensor& x) { return at::bernoulli(x); });
  calls["permutation"] = unary([](const Tensor& x) { return at::randperm(x.numel()); });
  calls["multinomial"] = unary([](const Tensor& x) { return at::multinomial(x, 6, true); });
}

}  // namespace

const Calls& op_calls() {
  static const Calls kCalls = [] {
    Calls calls;
    for (auto* add : {add_elementwise, add_reductions, add_normalizations, add_losses, add_products,
                      add_images, add_indexing, add_copies, add_random}) {
      add(calls);
    }
    return calls;
  }();
  return kCalls;
}

}  // namespace benchmarks
