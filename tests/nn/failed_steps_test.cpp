// Calls that throw half way change nothing, so that they can be repeated.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <tinytorch/tinytorch.h>

#include "tests/nn/layer_checks.h"
#include "tests/support/failures.h"

namespace tinytorch::testing {
namespace {

using State = std::vector<Tensor>;

Tensor host_copy(const Tensor& x) { return x.defined() ? clone(x).to(Device::cpu()) : zeros({0}); }

void expect_same(const State& actual, const State& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) {
    EXPECT_EQ(actual[i].dtype(), expected[i].dtype());
    EXPECT_TENSOR_EQ(actual[i], expected[i]) << "in value " << i;
  }
}

/// Lets the n-th failure happen, for n = 1, 2 and so on until change() succeeds; after each, nothing may have
/// changed. The last time, the change is made. @return the number of failures
template <class Failure>
int fail_each(const std::function<void(std::uint64_t)>& fail_at, const std::function<State()>& state,
              const std::function<void()>& change) {
  for (int n = 1;; ++n) {
    SCOPED_TRACE("failure " + std::to_string(n));
    const State before = state();
    fail_at(static_cast<std::uint64_t>(n));
    try {
      change();
      fail_at(0);
      return n - 1;
    } catch (const Failure&) {
      fail_at(0);
    }
    expect_same(state(), before);
  }
}

/// Each kernel that change() calls, and then each allocation that it makes, fails once.
/// @param undo  makes change() possible once more
void expect_all_or_nothing(const std::function<State()>& state, const std::function<void()>& change,
                           const std::function<void()>& undo = {}) {
  {
    SCOPED_TRACE("kernels");
    FailingKernels kernels;
    EXPECT_GT(fail_each<KernelFailure>([&](std::uint64_t n) { kernels.fail_call(n); }, state, change), 0);
  }
  if (!undo) return;
  undo();
  SCOPED_TRACE("allocations");
  fail_each<MemoryError>(fail_allocation, state, change);
}

State values_of(const std::vector<Variable>& variables) {
  State values;
  for (const Variable& x : variables) values.push_back(host_copy(x.value()));
  return values;
}

State gradients_of(const std::vector<Variable>& variables) {
  State values;
  for (const Variable& x : variables) values.push_back(host_copy(x.grad()));
  return values;
}

State state_of(const nn::Module& module) {
  State values;
  for (const auto& [name, value] : module.state_dict()) values.push_back(value.to(Device::cpu()));
  return values;
}

/// Parameters of one element: of 1, 2 and so on, with the gradient 1.
std::vector<Variable> parameters(int n) {
  std::vector<Variable> all;
  for (int i = 1; i <= n; ++i) {
    all.push_back(variable(here(full({1}, i, {.dtype = DType::f32}))));
    all.back().set_grad(here(ones({1})));
  }
  return all;
}

TEST(FailedStep, OfAdamIsNotCounted) {
  const std::vector<Variable> all = parameters(1);
  nn::Adam adam(all, {.learning_rate = 0.1});
  FailingKernels kernels;
  for (int i = 0; i < 3; ++i) {
    kernels.fail_call(i == 0 ? 2 : 1);  // the first step makes two moments
    EXPECT_THROW(adam.step(), KernelFailure);
  }
  kernels.fail_call(0);
  EXPECT_EQ(adam.step_count(), 0);
  adam.step();
  EXPECT_EQ(adam.step_count(), 1);
  EXPECT_TENSOR_NEAR(all[0], {0.9});  // 1 - 0.1 g / |g|
}

using OptimizerMaker = std::function<std::unique_ptr<nn::Optimizer>(std::vector<nn::ParameterGroup>)>;

template <class O, class Options>
OptimizerMaker making(Options options) {
  return [options](std::vector<nn::ParameterGroup> groups) {
    return std::make_unique<O>(std::move(groups), options);
  };
}

const std::vector<OptimizerMaker>& optimizers() {
  static const std::vector<OptimizerMaker> all{
      making<nn::SGD>(nn::SGDOptions{.learning_rate = 0.1, .momentum = 0.9}),
      making<nn::Adam>(nn::AdamOptions{.learning_rate = 0.1}),
      making<nn::AdamW>(nn::AdamWOptions{.learning_rate = 0.1}),
      making<nn::RMSprop>(nn::RMSpropOptions{.learning_rate = 0.1}),
      making<nn::Adagrad>(nn::AdagradOptions{.learning_rate = 0.1}),
      making<nn::Lion>(nn::LionOptions{.learning_rate = 0.1})};
  return all;
}

std::vector<nn::ParameterGroup> three_groups(const std::vector<Variable>& all) {
  return {{.parameters = {all[0]}, .learning_rate = 0.5},
          {.parameters = {all[1], all[2]}},
          {.parameters = {all[3]}, .weight_decay = 0.25}};
}

// Each group is a kernel's call, so that one can fail after others.
TEST(FailedStep, OfAnyOptimizerUpdatesNoGroup) {
  for (std::size_t i = 0; i < optimizers().size(); ++i) {
    SCOPED_TRACE("optimizer " + std::to_string(i));
    const std::vector<Variable> all = parameters(4), expected = parameters(4);
    const auto optimizer = optimizers()[i](three_groups(all)),
               other = optimizers()[i](three_groups(expected));
    const auto state = [&] {
      State values = values_of(all);
      values.push_back(full({}, static_cast<double>(optimizer->step_count())));
      return values;
    };
    for (int step = 0; step < 3; ++step) {
      expect_all_or_nothing(state, [&] { optimizer->step(); });
      other->step();
      fail_each<MemoryError>(fail_allocation, state, [&] { optimizer->step(); });
      other->step();
      expect_same(values_of(all), values_of(expected));
    }
  }
}

// More than the arguments of a CUDA kernel hold, so that it needs memory; of both dtypes, each of which is
// updated by a kernel of its own.
TEST(FailedStep, OfManyParametersOfBothDTypesUpdatesNone) {
  std::vector<Variable> all = parameters(140);
  for (std::size_t i = 70; i < all.size(); ++i) {
    all[i].set_value(all[i].value().to(DType::f64));
    all[i].set_grad(ones_like(all[i].value()));
  }
  nn::SGD sgd(all, {.learning_rate = 1});
  const int failures = fail_each<MemoryError>(
      fail_allocation, [&] { return values_of(all); }, [&] { sgd.step(); });
  // A copy of each parameter whose dtype is updated first, and the tables of the CUDA kernels.
  EXPECT_GE(failures, backend().type == DeviceType::cuda ? 72 : 70);
  EXPECT_EQ(sgd.step_count(), 1);
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(sum(all[i].value()).item(), static_cast<double>(i));
}

TEST(FailedStep, KeepsTheGradientOfAParameterThatIsNotContiguous) {
  Variable x = variable(transpose(here(ones({2, 3}))));
  x.set_grad(here(ones({3, 2})));
  nn::SGD sgd({x}, {.learning_rate = 0.5});
  FailingKernels kernels;
  kernels.fail_call(2);  // the first makes it contiguous
  EXPECT_THROW(sgd.step(), KernelFailure);
  kernels.fail_call(0);
  EXPECT_TENSOR_EQ(x.grad(), ones({3, 2}));
  sgd.step();
  EXPECT_TENSOR_EQ(x, full({3, 2}, 0.5));
}

TEST(FailedStep, OfAVersionLeavesSavedTensorsUsable) {
  const std::vector<Variable> all = parameters(2);
  const Variable y = all[0] * all[0] * all[1];
  nn::SGD sgd({{.parameters = {all[0]}, .learning_rate = 0.5}, {.parameters = {all[1]}}}, {});
  FailingKernels kernels;
  bool failed = false;
  for (std::uint64_t n = 1; n < 5; ++n) {
    kernels.fail_call(n);
    try {
      sgd.step();
      break;
    } catch (const KernelFailure&) {
      failed = true;
      kernels.fail_call(0);
      EXPECT_NO_THROW(y.backward({.retain_graph = true}));
    }
  }
  EXPECT_TRUE(failed);
}

TEST(FailedConversion, OfAModuleLeavesAllOfIt) {
  nn::Sequential model{nn::Conv2D(1, 2, 2), nn::BatchNorm2D(2), nn::Flatten(), nn::Dense(2, 2)};
  const auto state = [&] { return state_of(model); };
  model.to(backend());
  expect_all_or_nothing(
      state, [&] { model.to(DType::f64); }, [&] { model.to(DType::f32); });
  EXPECT_EQ(model.parameters().front().dtype(), DType::f64);
}

TEST(FailedConversion, ToADeviceLeavesAllOfItWhereItWas) {
  if (backend().type == DeviceType::cpu) GTEST_SKIP() << "this run has one device";
  nn::Sequential model{nn::Dense(2, 3), nn::BatchNorm1D(3), nn::Dense(3, 2)};
  const std::size_t before = memory_stats(backend()).in_use;
  for (std::uint64_t n = 1; n <= 9; ++n) {
    fail_allocation(n);
    EXPECT_THROW(model.to(backend()), MemoryError) << n;
    for (const auto& [name, value] : model.state_dict()) EXPECT_EQ(value.device(), Device::cpu()) << name;
    EXPECT_EQ(memory_stats(backend()).in_use, before);
  }
  fail_allocation(0);
  model.to(backend());
  EXPECT_EQ(model.parameters().back().device(), backend());
}

TEST(FailedLoad, OfAStateLeavesAllOfIt) {
  manual_seed(1);
  nn::Sequential model{nn::Dense(2, 3), nn::BatchNorm1D(3)}, other{nn::Dense(2, 3), nn::BatchNorm1D(3)};
  model.to(backend());
  other.to({.dtype = DType::f64, .device = backend()});
  const auto load = [&] { model.load_state_dict(other.state_dict()); };
  const nn::StateDict before = model.state_dict();
  expect_all_or_nothing([&] { return state_of(model); }, load, [&] { model.load_state_dict(before); });
  EXPECT_TENSOR_EQ(model.parameters()[0], other.parameters()[0].value().to(DType::f32));
}

TEST(FailedClipping, ChangesNoGradient) {
  const std::vector<Variable> all = parameters(3);
  const auto state = [&] { return gradients_of(all); };
  const auto reset = [&] {
    for (Variable x : all) x.set_grad(here(ones({1})));
  };
  expect_all_or_nothing(
      state, [&] { nn::clip_grad_norm(all, 0.5); }, reset);
  reset();
  expect_all_or_nothing(
      state, [&] { nn::clip_grad_value(all, 0.5); }, reset);
  EXPECT_TENSOR_EQ(all[2].grad(), {0.5});
}

TEST(FailedAverage, ChangesNoAverageAndNoParameter) {
  const std::vector<Variable> all = parameters(3);
  nn::ExponentialMovingAverage average(all, 0.5);
  const std::vector<Tensor> zero(3, zeros({1})), start = average.averages();
  const auto state = [&] {
    State values = values_of(all);
    for (const Tensor& x : average.averages()) values.push_back(host_copy(x));
    return values;
  };
  for (const Variable& x : all) {
    Tensor value = x.value();
    fill(value, 3);
  }
  expect_all_or_nothing(
      state, [&] { average.update(); }, [&] { average.load(start); });
  expect_all_or_nothing(
      state, [&] { average.load(zero); }, [&] { average.load(start); });
  expect_all_or_nothing(
      state, [&] { average.copy_to(all); }, [] {});
  EXPECT_TENSOR_EQ(all[1], {0.0});
}

TEST(FailedBackward, AddsToNoGradient) {
  const std::vector<Variable> all = parameters(3);
  const auto backward = [&] { (all[0] * all[1] + square(all[2]) * all[0]).backward(); };
  const auto state = [&] { return gradients_of(all); };
  expect_all_or_nothing(state, backward, [] {});
  // Two passes, of which each added to the gradient 1.
  EXPECT_TENSOR_EQ(all[0].grad(), {1.0 + 2 * (2.0 + 9.0)});
  EXPECT_TENSOR_EQ(all[2].grad(), {1.0 + 2 * 6.0});
}

TEST(FailedBackward, ByAHookAddsToNoGradient) {
  const std::vector<Variable> all = parameters(2);
  bool throws = true;
  all[0].register_hook([&](const Variable&) -> Variable {
    if (throws) throw ValueError("a hook threw");
    return {};
  });
  const auto backward = [&] { (all[0] * 3 + all[1] * 2).backward(); };
  EXPECT_THROW(backward(), ValueError);
  EXPECT_TENSOR_EQ(all[0].grad(), {1.0});
  EXPECT_TENSOR_EQ(all[1].grad(), {1.0});
  throws = false;
  backward();
  EXPECT_TENSOR_EQ(all[0].grad(), {4.0});
  EXPECT_TENSOR_EQ(all[1].grad(), {3.0});
}

TEST(FailedBackward, OfACheckpointRestoresGenerators) {
  manual_seed(3);
  const Variable x = variable(here(ones({8})));
  int calls = 0;
  const auto f = [&](const std::vector<Variable>& in) {
    if (++calls == 2) throw ValueError("the function threw");
    return sum(dropout(in[0], 0.5, true));
  };
  const Variable y = checkpoint(f, {x});
  const RandomStream before = default_generator().state();
  EXPECT_THROW(y.backward({.retain_graph = true}), ValueError);
  EXPECT_FALSE(recomputing());
  EXPECT_TRUE(grad_enabled());
  EXPECT_EQ(default_generator().state().offset, before.offset);
  EXPECT_FALSE(x.grad().defined());
  y.backward();
  EXPECT_EQ(sum(x.grad()).item(), y.item());
}

TEST(FailedForward, OfBatchNormKeepsTheRunningStatistics) {
  manual_seed(1);
  nn::BatchNorm1D norm(3);
  norm.to(backend());
  const Tensor x = here(randn({4, 3}));
  expect_all_or_nothing([&] { return state_of(norm); }, [&] { norm(x); }, [] {});
  EXPECT_EQ(norm.num_batches_tracked().item<std::int64_t>(), 2);
}

TEST(FailedForward, OfAttentionKeepsTheCache) {
  manual_seed(1);
  nn::MultiHeadAttention layer(4, 2);
  nn::SelfAttention fused(4, 2);
  layer.to(backend());
  fused.to(backend());
  const Tensor x = here(randn({1, 2, 4}));
  nn::KeyValueCache cache, other;
  const auto state = [](const nn::KeyValueCache& c) {
    return c.length() == 0 ? State() : State{host_copy(c.keys()), host_copy(c.values())};
  };
  expect_all_or_nothing([&] { return state(cache); }, [&] { layer.forward(x, cache); }, [] {});
  expect_all_or_nothing([&] { return state(other); }, [&] { fused.forward(x, other); }, [] {});
  EXPECT_EQ(cache.length(), 4);
  EXPECT_EQ(other.length(), 4);
}

TEST(FailedAppend, LeavesTheCache) {
  const Tensor steps = here(ones({1, 1, 3, 2}));
  nn::KeyValueCache cache;
  const auto state = [&] { return State{host_copy(cache.keys()), host_copy(cache.values())}; };
  for (int i = 0; i < 3; ++i)
    expect_all_or_nothing(
        state, [&] { cache.append(steps, steps); }, [] {});
  EXPECT_EQ(cache.length(), 18);
}

/// The generator's offset as a state.
State offset_of(const Generator& generator) {
  return {full({}, static_cast<double>(generator.state().offset), {.dtype = DType::f64})};
}

TEST(FailedDraw, LeavesTheGenerator) {
  Generator generator(4);
  const Options options{.device = backend()};
  const Tensor x = ones({2, 5}, options), heads = ones({1, 1, 3, 4}, options);
  const AttentionOptions dropped{.dropout = 0.5, .generator = &generator};
  const std::vector<std::function<void()>> draws{
      [&] { rand({9}, options, generator); },
      [&] { randn({9}, options, generator); },
      [&] { randint(0, 5, {9}, options, generator); },
      [&] { normal(1, 2, {9}, options, generator); },
      [&] { bernoulli(x * 0.5, generator); },
      [&] { dropout(x, 0.5, true, generator); },
      [&] { dropout(variable(x), 0.5, true, generator); },
      [&] { scaled_dot_product_attention(heads, heads, heads, dropped); },
      [&] { scaled_dot_product_attention(variable(heads), heads, heads, dropped); },
      [&] { attention_with_weights(heads, heads, heads, dropped); }};
  for (std::size_t i = 0; i < draws.size(); ++i) {
    SCOPED_TRACE("draw " + std::to_string(i));
    const std::uint64_t before = generator.state().offset;
    expect_all_or_nothing([&] { return offset_of(generator); }, draws[i], [] {});
    EXPECT_GT(generator.state().offset, before);
  }
}

TEST(FailedDraw, OfAnotherThreadIsNotRepeated) {
  Generator generator(4);
  generator.advance(3);
  generator.give_back({4, 1}, 2);
  EXPECT_EQ(generator.state().offset, 1u);
  generator.advance(5);
  generator.give_back({4, 1}, 2);  // more was drawn since
  EXPECT_EQ(generator.state().offset, 6u);
}

TEST(FailedInPlace, ChangesNoElementAndNoVersion) {
  Tensor x = here(Tensor{{1.0, 2.0}, {3.0, 4.0}}), turned = transpose(x);
  const Tensor wide = here(full({2, 2}, 7.0)).to(DType::i64);
  const auto state = [&] { return State{host_copy(x), full({}, static_cast<double>(x.version()))}; };
  expect_all_or_nothing(
      state, [&] { x += turned; }, [] {});
  expect_all_or_nothing(
      state, [&] { x *= wide; }, [] {});
  expect_all_or_nothing(
      state, [&] { assign(x, turned); }, [] {});
  expect_all_or_nothing(
      state, [&] { assign(x, wide); }, [] {});
  expect_all_or_nothing(
      state, [&] { fill(x, 5.0); }, [] {});
  EXPECT_TENSOR_EQ(x, full({2, 2}, 5.0));
}

}  // namespace
}  // namespace tinytorch::testing
