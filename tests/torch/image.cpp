#include "core/ops/convolution.h"
#include "core/ops/interpolate.h"
#include "core/ops/pooling.h"
#include "core/ops/unfold.h"
#include "tests/torch/calls.h"

namespace tinytorch::torch_cases {
namespace {

Pair pair_of(const Arguments& x, const char* name) {
  const Dims both = x.dims(name);
  return {both[0], both[1]};
}

Variable bias_of(const Arguments& x) { return x.size() > 2 ? x[2] : Variable(); }

std::vector<Variable> conv2d_call(const Arguments& x) {
  return {conv2d(x[0], x[1], bias_of(x),
                 {.stride = pair_of(x, "stride"),
                  .padding = pair_of(x, "padding"),
                  .dilation = pair_of(x, "dilation"),
                  .groups = x.integer("groups")})};
}

std::vector<Variable> conv_transpose2d_call(const Arguments& x) {
  return {conv_transpose2d(x[0], x[1], bias_of(x),
                           {.stride = pair_of(x, "stride"),
                            .padding = pair_of(x, "padding"),
                            .output_padding = pair_of(x, "output_padding"),
                            .dilation = pair_of(x, "dilation"),
                            .groups = x.integer("groups")})};
}

std::vector<Variable> conv1d_call(const Arguments& x) {
  return {conv1d(x[0], x[1], bias_of(x),
                 {.stride = x.integer("stride"),
                  .padding = x.integer("padding"),
                  .dilation = x.integer("dilation"),
                  .groups = x.integer("groups")})};
}

Window window_of(const Arguments& x) {
  return {.kernel = pair_of(x, "kernel"),
          .stride = pair_of(x, "stride"),
          .padding = pair_of(x, "padding"),
          .dilation = pair_of(x, "dilation")};
}

std::vector<Variable> max_pool2d_call(const Arguments& x) {
  return {max_pool2d(x[0], pair_of(x, "kernel"),
                     {.stride = pair_of(x, "stride"),
                      .padding = pair_of(x, "padding"),
                      .dilation = pair_of(x, "dilation"),
                      .ceil_mode = x.flag("ceil")})};
}

std::vector<Variable> avg_pool2d_call(const Arguments& x) {
  return {avg_pool2d(x[0], pair_of(x, "kernel"),
                     {.stride = pair_of(x, "stride"),
                      .padding = pair_of(x, "padding"),
                      .ceil_mode = x.flag("ceil"),
                      .count_include_pad = x.flag("counted")})};
}

std::vector<Variable> bilinear_call(const Arguments& x) {
  return {interpolate(x[0], pair_of(x, "size"),
                      {.mode = Interpolation::bilinear, .align_corners = x.flag("align")})};
}

}  // namespace

Calls image_calls() {
  Calls calls{
      {"conv2d", conv2d_call},         {"conv_transpose2d", conv_transpose2d_call},
      {"conv1d", conv1d_call},         {"max_pool2d", max_pool2d_call},
      {"avg_pool2d", avg_pool2d_call}, {"bilinear", bilinear_call},
  };
  calls["unfold"] = [](const Arguments& x) { return std::vector{unfold(x[0], window_of(x))}; };
  calls["fold"] = [](const Arguments& x) {
    return std::vector{fold(x[0], pair_of(x, "size"), window_of(x))};
  };
  calls["adaptive_avg_pool2d"] = [](const Arguments& x) {
    return std::vector{adaptive_avg_pool2d(x[0], pair_of(x, "size"))};
  };
  calls["adaptive_max_pool2d"] = [](const Arguments& x) {
    const MaxPooled<Variable> pooled = adaptive_max_pool2d_with_indices(x[0], pair_of(x, "size"));
    return std::vector{pooled.values, Variable(pooled.indices)};
  };
  calls["adaptive_max_pool1d"] = [](const Arguments& x) {
    return std::vector{adaptive_max_pool1d(x[0], x.integer("length"))};
  };
  calls["max_pool1d"] = [](const Arguments& x) {
    return std::vector{max_pool1d(x[0], x.integer("kernel"),
                                  {.stride = x.integer("stride"), .padding = x.integer("padding")})};
  };
  calls["avg_pool1d"] = [](const Arguments& x) {
    return std::vector{avg_pool1d(x[0], x.integer("kernel"),
                                  {.stride = x.integer("stride"), .padding = x.integer("padding")})};
  };
  calls["nearest"] = [](const Arguments& x) { return std::vector{interpolate(x[0], pair_of(x, "size"))}; };
  return calls;
}

}  // namespace tinytorch::torch_cases
