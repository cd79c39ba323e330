// The losses, what is kept between calls, maps of names, and the derivatives of functions: with methods or
// types that declarations.awk does not see.
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "autograd/checkpoint.h"
#include "autograd/functional.h"
#include "core/op_scope.h"
#include "core/ops/activation.h"
#include "core/ops/quantization.h"
#include "core/ops/reduction.h"
#include "nn/dense.h"
#include "nn/key_value_cache.h"
#include "nn/loss.h"
#include "nn/name_map.h"
#include "nn/optim/moving_average.h"
#include "nn/optim/schedule.h"
#include "nn/sequential.h"
#include "tests/hostile/calls.h"

namespace tinytorch::hostile {

// Defined in the generated source.
void draw_members(Arguments& from, LossOptions& x);
void draw_members(Arguments& from, HuberOptions& x);
void draw_members(Arguments& from, SmoothL1Options& x);
void draw_members(Arguments& from, BinaryCrossEntropyOptions& x);
void draw_members(Arguments& from, LogitsOptions& x);
void draw_members(Arguments& from, CrossEntropyOptions& x);
void draw_members(Arguments& from, KLDivergenceOptions& x);
void draw_members(Arguments& from, HingeOptions& x);
void draw_members(Arguments& from, NLLOptions& x);
void draw_members(Arguments& from, MarginOptions& x);
void draw_members(Arguments& from, nn::PlateauOptions& x);

namespace {

template <class Loss, class Options>
void add_loss(Calls& calls, const char* name) {
  calls.add(name, [](const Tensor& x, const Tensor& target, const Options& options) {
    return Loss(options)(x, target);
  });
  calls.add(name, [](const Variable& x, const Variable& target, const Options& options) {
    return Loss(options)(x, target);
  });
}

void add_losses(Calls& calls) {
  add_loss<nn::MeanSquaredError, LossOptions>(calls, "MeanSquaredError");
  add_loss<nn::L1Loss, LossOptions>(calls, "L1Loss");
  add_loss<nn::HuberLoss, HuberOptions>(calls, "HuberLoss");
  add_loss<nn::SmoothL1Loss, SmoothL1Options>(calls, "SmoothL1Loss");
  add_loss<nn::BinaryCrossEntropyLoss, BinaryCrossEntropyOptions>(calls, "BinaryCrossEntropyLoss");
  add_loss<nn::BinaryCrossEntropyWithLogitsLoss, LogitsOptions>(calls, "BinaryCrossEntropyWithLogitsLoss");
  add_loss<nn::CrossEntropyLoss, CrossEntropyOptions>(calls, "CrossEntropyLoss");
  add_loss<nn::KLDivergenceLoss, KLDivergenceOptions>(calls, "KLDivergenceLoss");
  add_loss<nn::HingeLoss, HingeOptions>(calls, "HingeLoss");
  add_loss<nn::HingeEmbeddingLoss, HingeOptions>(calls, "HingeEmbeddingLoss");
  add_loss<nn::NLLLoss, NLLOptions>(calls, "NLLLoss");
  calls.add("CosineEmbeddingLoss",
            [](const Variable& x1, const Variable& x2, const Tensor& target, MarginOptions options) {
              return nn::CosineEmbeddingLoss(options)(x1, x2, target);
            });
}

/// With a weight of bytes and their scales, which are hardly drawn.
void add_quantized(Calls& calls) {
  calls.add("int8_linear", [](const Tensor& x, const Tensor& weight, const Tensor& bias) {
    const OpScope scope("int8_linear");
    return int8_linear(x, quantize_rows(weight), bias);
  });
}

void add_kept(Calls& calls) {
  calls.add("KeyValueCache", [](std::int64_t capacity, const Tensor& keys, const Tensor& values,
                                const Tensor& more_keys, const Tensor& more_values, std::int64_t length) {
    nn::KeyValueCache cache(capacity);
    cache.append(keys, values);
    cache.append(more_keys, more_values);
    cache.truncate(length);
    cache.append(keys, more_values);
    static_cast<void>(cache.values());
  });
  calls.add("ReduceOnPlateau",
            [](nn::Optimizer& optimizer, nn::PlateauOptions options, double metric, double next) {
              nn::ReduceOnPlateau plateau(optimizer, options);
              for (const double each : {metric, next, metric}) plateau.step(each);
            });
  calls.add("ExponentialMovingAverage",
            [](const std::vector<Variable>& parameters, double decay, const std::vector<Variable>& others,
               const std::vector<Tensor>& loaded) {
              nn::ExponentialMovingAverage average(parameters, decay);
              average.update();
              average.copy_to(others);
              average.load(loaded);
              average.update();
            });
  calls.add("NameMap", [](std::string_view rule, const Tensor& a, const Tensor& b, bool fits) {
    const std::string rules = "a + b -> c transposed\n" + std::string(fits ? "" : rule);
    static_cast<void>(nn::NameMap(rules)({{"a", a}, {"b", b}}));
  });
  calls.add("Sequential", [](std::uint64_t i) {
    nn::Sequential model(nn::Dense(4, 4));
    static_cast<void>(model[i]);
  });
}

Variable first_of(const std::vector<Variable>& in) { return tanh(in[0]); }

void add_derivatives(Calls& calls) {
  calls.add("vjp", [](const std::vector<Tensor>& in, const Tensor& seed) {
    static_cast<void>(vjp(first_of, in, seed));
  });
  calls.add("jvp", [](const std::vector<Tensor>& in, const std::vector<Tensor>& tangents) {
    static_cast<void>(jvp(first_of, in, tangents));
  });
  calls.add("jacobian", [](const Tensor& x) {
    static_cast<void>(jacobian([](const Variable& in) { return tanh(in); }, x));
  });
  calls.add("hessian", [](const Tensor& x) {
    static_cast<void>(hessian([](const Variable& in) { return sum(tanh(in)); }, x));
  });
  calls.add("gradients", [](const Variable& x, const std::vector<Variable>& inputs, const Tensor& seed) {
    static_cast<void>(gradients(x, inputs, {}, seed));
  });
  calls.add("checkpoint", [](bool has_function, const std::vector<Variable>& in) {
    return checkpoint(has_function ? [](const std::vector<Variable>& of) { return of.back(); } : Function(),
                      in);
  });
}

}  // namespace

void add_classes(Calls& calls) {
  add_losses(calls);
  add_quantized(calls);
  add_kept(calls);
  add_derivatives(calls);
}

}  // namespace tinytorch::hostile
