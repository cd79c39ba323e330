#include "core/ops/internal/normalization.h"

#include <cstddef>

#include "core/ops/copy.h"
#include "tests/conformance/normalization_reference.h"
#include "tests/conformance/op_table.h"
#include "tests/conformance/rows.h"

namespace tinytorch::conformance {
namespace {

/// The kernels' gradients of x, weight and bias, concatenated.
Tensor fused_gradients(const tinytorch::kernels::NormalizationSettings& form, const Tensor& x,
                       const Tensor& statistics, const Tensor& weight, const Tensor& grad) {
  const tinytorch::detail::NormalizationGradients g =
      tinytorch::detail::normalize_gradient(form, grad, x, statistics, weight,
                                            /*wants_weight=*/true, /*wants_bias=*/true);
  return concat({reshape(g.x, {g.x.numel()}), g.weight, g.bias});
}
Tensor fused_gradients(const tinytorch::kernels::NormalizationSettings& form, const Tensor& x,
                       const Tensor& weight, const Tensor& grad) {
  return fused_gradients(form, x, tinytorch::detail::normalize(form, x, weight, {}).statistics, weight, grad);
}

using ShapeLists = std::vector<std::vector<Shape>>;

/// x with weight and bias of its last axis.
ShapeLists with_last_axis(const std::vector<Shape>& shapes) {
  ShapeLists result;
  for (const Shape& x : shapes) result.push_back({x, {x.back()}, {x.back()}});
  return result;
}
/// x, and `operands` of its channels.
ShapeLists with_channels(const std::vector<Shape>& shapes, std::size_t operands = 2) {
  ShapeLists result;
  for (const Shape& x : shapes) {
    result.push_back({x});
    result.back().resize(1 + operands, {x[1]});
  }
  return result;
}
/// With the gradient's shape, which is that of x, instead of the bias's.
ShapeLists with_gradient(ShapeLists lists) {
  for (auto& shapes : lists) shapes.back() = shapes.front();
  return lists;
}

// More elements and rows than a warp, a block, and a warp's registers hold; groups so long that they are
// split.
const std::vector<Shape> kLayers{{7},      {3, 5},     {2, 3, 4},  {0, 3},   {3, 0},    {1, 1},
                                 {5, 129}, {33, 1003}, {1003, 33}, {9, 300}, {2, 70001}};
const std::vector<Shape> kNormalizedBatches{{4, 3},         {3, 2, 4},        {2, 3, 2, 2}, {5, 1},
                                            {0, 3},         {2, 3, 0},        {65, 70},     {1003, 5},
                                            {9, 7, 33, 17}, {2, 3, 129, 257}, {3, 1, 70}};
const std::vector<Shape> kGroups{{2, 4},     {2, 4, 3},      {1, 2, 2, 3},     {0, 2, 3},
                                 {65, 4, 9}, {3, 6, 15, 17}, {2, 4, 129, 257}, {33, 70}};

const Domain kValues = real(-3, 3), kWeights = real(0.5, 2), kBiases = real(-1, 1);
const Domain kWithNonFinite = kValues.including({inf, -inf, nan, 0.0});

void layer_rows() {
  row("layer_norm")
      .inputs(kValues, kWeights, kBiases)
      .operand_shapes(with_last_axis(kLayers))
      .covers(kernels::normalize)
      .covers(kernels::normalize_gradient)
      .reference([](const Array& x, const Array& weight, const Array& bias) {
        const Grouping grouping = by_sample(x.shape, 1);
        return affine(grouping, normalized(grouping, x, statistics_of(grouping, x)), weight, bias);
      })
      .tolerances({4e-6, 4e-6}, {1e-11, 1e-11})
      .gradient(differentiable)
      .calls([](const auto& x, const auto& weight, const auto& bias) {
        return layer_norm(x, weight.shape(), weight, bias);
      });
  row("layer_norm_over_two_axes")
      .inputs(kValues, kWeights, kBiases)
      .operand_shapes(
          {{{2, 3, 4}, {3, 4}, {3, 4}}, {{3, 4}, {3, 4}, {3, 4}}, {{2, 3, 33, 70}, {33, 70}, {33, 70}}})
      .reference([](const Array& x, const Array& weight, const Array& bias) {
        const Grouping grouping = by_sample(x.shape, 2);
        return affine(grouping, normalized(grouping, x, statistics_of(grouping, x)), weight, bias);
      })
      .tolerances({4e-6, 4e-6}, {1e-11, 1e-11})
      .gradient(differentiable)
      .calls([](const auto& x, const auto& weight, const auto& bias) {
        return layer_norm(x, weight.shape(), weight, bias);
      });
  const auto plain = [](const Array& x) {
    const Grouping grouping = by_sample(x.shape, 1);
    return normalized(grouping, x, statistics_of(grouping, x));
  };
  row("layer_norm_without_weight")
      .inputs(kWithNonFinite)
      .shapes(kLayers)
      .reference(plain)
      .tolerances({4e-6, 4e-6}, {1e-11, 1e-11})
      .gradient(differentiable)
      .calls([](const auto& x) { return layer_norm(x, {x.shape().back()}); });
  row("layer_norm_of_a_large_mean")
      .inputs(real(9999.5, 10000.5))
      .shapes({{2, 5}, {7, 1000}, {3, 4001}})
      .reference(plain)
      .tolerances({4e-6, 4e-6}, {1e-9, 1e-9})
      .gradient(not_differentiable)  // finite differences vanish in the mean
      .calls([](const Tensor& x) { return layer_norm(x, {x.shape().back()}); });
  row("layer_norm_gradient")
      .inputs(kValues, kWeights, kValues)
      .operand_shapes(with_gradient(with_last_axis(kLayers)))
      .reference([](const Array& x, const Array& weight, const Array& grad) {
        const Grouping grouping = by_sample(x.shape, 1);
        return gradients(grouping, x, statistics_of(grouping, x), weight, grad);
      })
      .tolerances({1e-5, 2e-5}, {1e-10, 1e-10})
      .gradient(not_differentiable)
      .calls([](const Tensor& x, const Tensor& weight, const Tensor& grad) {
        const auto form =
            tinytorch::detail::layer_norm_settings("layer_norm", x, weight.shape(), weight, {}, kEpsilon);
        return fused_gradients(form, x, weight, grad);
      });
}

void rms_rows() {
  row("rms_norm")
      .inputs(kWithNonFinite, kWeights)
      .operand_shapes([] {
        ShapeLists lists = with_last_axis(kLayers);
        for (auto& shapes : lists) shapes.pop_back();
        return lists;
      }())
      .reference([](const Array& x, const Array& weight) {
        const Grouping grouping = by_sample(x.shape, 1);
        Array y = normalized(grouping, x, statistics_of(grouping, x, false));
        for (std::size_t i = 0; i < y.values.size(); ++i) y.values[i] *= weight.values[grouping.channel(i)];
        return y;
      })
      .tolerances({4e-6, 4e-6}, {1e-11, 1e-11})
      .gradient(differentiable)
      .calls([](const auto& x, const auto& weight) { return rms_norm(x, weight.shape(), weight); });
  row("rms_norm_without_weight")
      .inputs(kValues)
      .shapes(kLayers)
      .reference([](const Array& x) {
        const Grouping grouping = by_sample(x.shape, 1);
        return normalized(grouping, x, statistics_of(grouping, x, false));
      })
      .tolerances({4e-6, 4e-6}, {1e-11, 1e-11})
      .gradient(differentiable)
      .calls([](const auto& x) { return rms_norm(x, {x.shape().back()}); });
  row("rms_norm_gradient")
      .inputs(kValues, kWeights, kValues)
      .operand_shapes(with_gradient(with_last_axis(kLayers)))
      .reference([](const Array& x, const Array& weight, const Array& grad) {
        const Grouping grouping = by_sample(x.shape, 1);
        return gradients(grouping, x, statistics_of(grouping, x, false), weight, grad, /*centered=*/false);
      })
      .tolerances({1e-5, 2e-5}, {1e-10, 1e-10})
      .gradient(not_differentiable)
      .calls([](const Tensor& x, const Tensor& weight, const Tensor& grad) {
        return fused_gradients(tinytorch::detail::rms_norm_settings(x, weight.shape(), weight, kEpsilon), x,
                               weight, grad);
      });
}

constexpr BatchNormOptions kTraining{.training = true, .momentum = 0.25, .epsilon = kEpsilon};

/// 0.75 running + 0.25 batch; unchanged where x is empty.
Array updated(const Array& running, const Array& x, const std::vector<long double>& batch) {
  Array y = running;
  if (x.values.empty()) return y;
  for (std::size_t k = 0; k < y.values.size(); ++k) {
    y.values[k] = static_cast<double>(0.75L * y.values[k] + 0.25L * batch[k]);
  }
  return y;
}

void batch_rows() {
  row("batch_norm_in_training")
      .inputs(kWithNonFinite, kWeights, kBiases)
      .operand_shapes(with_channels(kNormalizedBatches))
      .reference([](const Array& x, const Array& weight, const Array& bias) {
        const Grouping grouping = by_channel(x.shape);
        return affine(grouping, normalized(grouping, x, statistics_of(grouping, x)), weight, bias);
      })
      .tolerances({4e-6, 4e-6}, {1e-11, 1e-11})
      .gradient(differentiable)
      .calls([](const auto& x, const auto& weight, const auto& bias) {
        return batch_norm(x, Tensor(), Tensor(), weight, bias, kTraining);
      });
  row("batch_norm")
      .inputs(kValues, kBiases.constant(), kWeights.constant(), kWeights, kBiases)
      .operand_shapes(with_channels(kNormalizedBatches, 4))
      .reference([](const Array& x, const Array& mean, const Array& variance, const Array& weight,
                    const Array& bias) {
        const Grouping grouping = by_channel(x.shape);
        return affine(grouping, normalized(grouping, x, running_statistics(mean, variance)), weight, bias);
      })
      .tolerances({4e-6, 4e-6}, {1e-11, 1e-11})
      .gradient(differentiable)
      .calls([](const auto& x, const auto& mean, const auto& variance, const auto& weight, const auto& bias) {
        return batch_norm(x, value_of(mean), value_of(variance), weight, bias);
      });
  row("batch_norm_running_mean")
      .inputs(kValues, kValues)
      .operand_shapes(with_channels(kNormalizedBatches, 1))
      .reference([](const Array& x, const Array& running) {
        return updated(running, x, statistics_of(by_channel(x.shape), x).mean);
      })
      .gradient(not_differentiable)
      .calls([](const Tensor& x, const Tensor& running) {
        const Tensor mean = clone(contiguous(running));
        batch_norm(x, mean, clone(mean), {}, {}, kTraining);
        return mean;
      });
  row("batch_norm_running_variance")
      .inputs(kValues, kWeights)
      .operand_shapes(with_channels(kNormalizedBatches, 1))
      .reference([](const Array& x, const Array& running) {
        Statistics s = statistics_of(by_channel(x.shape), x);
        for (std::size_t k = 0; k < s.size.size(); ++k) s.variance[k] *= s.size[k] / (s.size[k] - 1);
        return updated(running, x, s.variance);
      })
      .tolerances({4e-6, 4e-6}, {1e-11, 1e-11})
      .gradient(not_differentiable)
      .calls([](const Tensor& x, const Tensor& running) {
        const Tensor variance = clone(contiguous(running));
        batch_norm(x, clone(variance), variance, {}, {}, kTraining);
        return variance;
      });
}

void batch_gradient_rows() {
  row("batch_norm_in_training_gradient")
      .inputs(kValues, kWeights, kValues)
      .operand_shapes(with_gradient(with_channels(kNormalizedBatches)))
      .reference([](const Array& x, const Array& weight, const Array& grad) {
        const Grouping grouping = by_channel(x.shape);
        return gradients(grouping, x, statistics_of(grouping, x), weight, grad);
      })
      .tolerances({1e-5, 4e-5}, {1e-9, 1e-9})
      .gradient(not_differentiable)
      .calls([](const Tensor& x, const Tensor& weight, const Tensor& grad) {
        return fused_gradients(tinytorch::detail::batch_norm_settings(x, {}, {}, weight, {}, kTraining), x,
                               weight, grad);
      });
  row("batch_norm_gradient")
      .inputs(kValues, kBiases, kWeights, kWeights, kValues)
      .operand_shapes(with_gradient(with_channels(kNormalizedBatches, 4)))
      .reference([](const Array& x, const Array& mean, const Array& variance, const Array& weight,
                    const Array& grad) {
        return gradients(by_channel(x.shape), x, running_statistics(mean, variance), weight, grad,
                         /*centered=*/true,
                         /*constant=*/true);
      })
      .tolerances({1e-5, 4e-5}, {1e-9, 1e-9})
      .gradient(not_differentiable)
      .calls([](const Tensor& x, const Tensor& mean, const Tensor& variance, const Tensor& weight,
                const Tensor& grad) {
        const auto form = tinytorch::detail::batch_norm_settings(x, mean, variance, weight, {}, {});
        const tinytorch::detail::Normalized normalization =
            tinytorch::detail::batch_normalize(form, x, mean, variance, weight, {}, 0);
        return fused_gradients(form, x, normalization.statistics, weight, grad);
      });
}

void group_rows() {
  row("group_norm")
      .inputs(kWithNonFinite, kWeights, kBiases)
      .operand_shapes(with_channels(kGroups))
      .reference([](const Array& x, const Array& weight, const Array& bias) {
        const Grouping grouping = by_channel_group(x.shape, 2);
        return affine(grouping, normalized(grouping, x, statistics_of(grouping, x)), weight, bias);
      })
      .tolerances({4e-6, 4e-6}, {1e-11, 1e-11})
      .gradient(differentiable)
      .calls(
          [](const auto& x, const auto& weight, const auto& bias) { return group_norm(x, 2, weight, bias); });
  row("group_norm_gradient")
      .inputs(kValues, kWeights, kValues)
      .operand_shapes(with_gradient(with_channels(kGroups)))
      .reference([](const Array& x, const Array& weight, const Array& grad) {
        const Grouping grouping = by_channel_group(x.shape, 2);
        return gradients(grouping, x, statistics_of(grouping, x), weight, grad);
      })
      .tolerances({1e-5, 2e-5}, {1e-9, 1e-9})
      .gradient(not_differentiable)
      .calls([](const Tensor& x, const Tensor& weight, const Tensor& grad) {
        return fused_gradients(
            tinytorch::detail::group_norm_settings("group_norm", x, 2, weight, {}, kEpsilon), x, weight,
            grad);
      });
  row("instance_norm")
      .inputs(kValues, kWeights, kBiases)
      .operand_shapes(
          with_channels({{2, 3, 4}, {2, 2, 2, 3}, {0, 2, 3}, {2, 0, 3}, {5, 7, 33, 40}, {3, 2, 130}}))
      .reference([](const Array& x, const Array& weight, const Array& bias) {
        const Grouping grouping = by_channel_group(x.shape, static_cast<std::size_t>(x.shape[1]));
        return affine(grouping, normalized(grouping, x, statistics_of(grouping, x)), weight, bias);
      })
      .tolerances({4e-6, 4e-6}, {1e-11, 1e-11})
      .gradient(differentiable)
      .calls(
          [](const auto& x, const auto& weight, const auto& bias) { return instance_norm(x, weight, bias); });
}

}  // namespace

void normalization_rows() {
  layer_rows();
  rms_rows();
  batch_rows();
  batch_gradient_rows();
  group_rows();

  time_row("layer_norm", {{{4096, 1024}, {1024}, {1024}}});
  time_row("layer_norm", {{{4, 8}, {8}, {8}}});
  time_row("rms_norm", {{{4096, 1024}, {1024}}});
  time_row("batch_norm_in_training", {{{32, 64, 32, 32}, {64}, {64}}});
  time_row("batch_norm", {{{32, 64, 32, 32}, {64}, {64}, {64}, {64}}});
  time_row("group_norm", {{{32, 64, 32, 32}, {64}, {64}}});
  time_row("instance_norm", {{{32, 64, 32, 32}, {64}, {64}}});
}

}  // namespace tinytorch::conformance
