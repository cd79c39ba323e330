// Drills: each allocation, each kernel and each hook of a training step fails once. The failure is reported
// as what it is, nothing is half done, nothing leaks, and the step, made again, gives the bits of an
// undisturbed run. By default, some of the failures happen; with TINYTORCH_DRILL=long in the environment,
// each of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <tinytorch/tinytorch.h>

#include "tests/nn/layer_checks.h"
#include "tests/support/drill.h"
#include "tests/support/failures.h"

namespace tinytorch::testing {
namespace {

/// A model in training: what a program keeps from step to step.
class Training {
 public:
  using MakeOptimizer = std::function<std::unique_ptr<nn::Optimizer>(const nn::Module&)>;

  Training(nn::Sequential model, const Shape& input, const MakeOptimizer& make_optimizer)
      : model_(std::move(model)) {
    model_.to(backend());
    optimizer_ = make_optimizer(model_);
    x_ = here(randn(input));
  }

  /// A step; the update comes last.
  void step() {
    optimizer_->zero_grad();
    const Variable y = checkpointed_ ? checkpoint([&](const auto& in) { return model_(in[0]); },
                                                  inputs_of(model_, Variable(x_)))
                                     : model_(Variable(x_));
    mean(square(y)).backward();
    nn::clip_grad_norm(optimizer_->parameters(), 1.0);
    optimizer_->step();
  }

  /// A step after arm(), which makes it fail, and a second one, as a program would: what the forward pass
  /// changed is put back before. @return  true if the first failed
  template <class Failure>
  bool step_despite(const std::function<void()>& arm, const std::function<void()>& disarm) {
    const nn::StateDict before = model_.state_dict();
    const RandomStream random = default_generator().state();
    arm();
    armed_ = true;
    try {
      step();
      armed_ = false;
      return false;
    } catch (const Failure&) {
      armed_ = false;
    }
    disarm();
    const nn::StateDict after = model_.state_dict();
    for (const auto& [name, value] : model_.named_parameters())
      EXPECT_TENSOR_EQ(after.at(name), before.at(name)) << name << " was changed by a step that failed";
    model_.load_state_dict(before);  // BatchNorm's running statistics
    default_generator().set_state(random);
    step();
    return true;
  }

  void use_checkpoint() { checkpointed_ = true; }

  /// Registers a hook on each parameter that throws at the n-th call of a step_despite().
  void fail_hook(int n) {
    for (const Variable& parameter : model_.parameters()) {
      parameter.register_hook([this, n](const Variable&) -> Variable {
        if (armed_ && ++hook_calls_ == n) throw ValueError("a hook made to fail");
        return {};
      });
    }
  }

  std::vector<Tensor> state() const {
    std::vector<Tensor> values;
    for (const auto& [name, value] : model_.state_dict()) values.push_back(value.to(Device::cpu()));
    return values;
  }

 private:
  nn::Sequential model_;
  std::unique_ptr<nn::Optimizer> optimizer_;
  Tensor x_;
  bool checkpointed_ = false, armed_ = false;
  int hook_calls_ = 0;
};

using MakeTraining = std::function<std::unique_ptr<Training>()>;

/// Two groups, which are updated one after another.
std::vector<nn::ParameterGroup> two_groups(const nn::Module& model) {
  std::vector<Variable> all = model.parameters();
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  return {{.parameters = {all.begin(), middle}, .learning_rate = 0.05}, {.parameters = {middle, all.end()}}};
}

std::unique_ptr<Training> make_mlp() {
  return std::make_unique<Training>(
      nn::Sequential{nn::Dense(3, 5), nn::LayerNorm(5), nn::ReLU(), nn::Dropout(0.25), nn::Dense(5, 2)},
      Shape{4, 3},
      [](const nn::Module& m) { return std::make_unique<nn::AdamW>(two_groups(m), nn::AdamWOptions{}); });
}

std::unique_ptr<Training> make_cnn() {
  return std::make_unique<Training>(nn::Sequential{nn::Conv2D(1, 2, 3), nn::BatchNorm2D(2), nn::GELU(),
                                                   nn::MaxPool2D(2), nn::Flatten(), nn::Dense(8, 2)},
                                    Shape{2, 1, 6, 6}, [](const nn::Module& m) {
                                      return std::make_unique<nn::SGD>(
                                          m.parameters(),
                                          nn::SGDOptions{.learning_rate = 0.1, .momentum = 0.9});
                                    });
}

std::unique_ptr<Training> make_lstm() {
  return std::make_unique<Training>(
      nn::Sequential{nn::LSTM(2, 3), nn::Dense(3, 1)}, Shape{3, 2, 2},
      [](const nn::Module& m) { return std::make_unique<nn::RMSprop>(m.parameters()); });
}

std::unique_ptr<Training> make_attention() {
  auto training = std::make_unique<Training>(
      nn::Sequential{nn::SelfAttention(4, 2, {.causal = true, .dropout = 0.25}), nn::Dense(4, 1)},
      Shape{2, 3, 4},
      [](const nn::Module& m) { return std::make_unique<nn::Adam>(two_groups(m), nn::AdamOptions{}); });
  training->use_checkpoint();
  return training;
}

constexpr int kSteps = 2;  // the first allocates the moments

/// The numbers of the failures to try, of `n` in a step.
std::vector<std::uint64_t> chosen(std::uint64_t n) {
  const std::uint64_t stride = is_long_drill() ? 1 : std::max<std::uint64_t>(1, n / kShortDrill);
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t k = 1; k <= n; k += stride) numbers.push_back(k);
  if (numbers.back() != n) numbers.push_back(n);
  return numbers;
}

/// Trains, with a failure armed before step `failing` by arm(training).
/// @return  the state after the last step
template <class Failure>
std::vector<Tensor> train(const MakeTraining& make, int failing, const std::function<void(Training&)>& arm,
                          const std::function<void()>& disarm, bool& failed) {
  manual_seed(5);
  const std::unique_ptr<Training> training = make();
  for (int step = 0; step < kSteps; ++step) {
    if (step != failing) {
      training->step();
      continue;
    }
    failed = training->template step_despite<Failure>([&] { arm(*training); }, disarm);
    disarm();
  }
  return training->state();
}

std::vector<Tensor> undisturbed(const MakeTraining& make) {
  bool failed = false;
  return train<Error>(make, kSteps, {}, {}, failed);
}

/// The count that counter() makes in step `step`.
std::uint64_t counted(const MakeTraining& make, int step, const std::function<std::uint64_t()>& counter) {
  manual_seed(5);
  const std::unique_ptr<Training> training = make();
  for (int i = 0; i < step; ++i) training->step();
  const std::uint64_t before = counter();
  training->step();
  return counter() - before;
}

/// Lets the chosen failures of each step happen, one in each run.
/// @param n  the number of failures that step `step` can have
template <class Failure>
void drill(const MakeTraining& make, const std::function<std::uint64_t(int step)>& n,
           const std::function<void(Training&, std::uint64_t)>& arm, const std::function<void()>& disarm) {
  const std::vector<Tensor> expected = undisturbed(make);
  const std::size_t in_use = memory_stats(backend()).in_use;
  for (int step = 0; step < kSteps; ++step) {
    for (const std::uint64_t k : chosen(n(step))) {
      SCOPED_TRACE("failure " + std::to_string(k) + " of step " + std::to_string(step));
      bool failed = false;
      {
        const std::vector<Tensor> actual = train<Failure>(
            make, step, [&](Training& training) { arm(training, k); }, disarm, failed);
        EXPECT_TRUE(failed);
        ASSERT_EQ(actual.size(), expected.size());
        for (std::size_t i = 0; i < actual.size(); ++i)
          EXPECT_TENSOR_EQ(actual[i], expected[i]) << "value " << i;
      }
      EXPECT_EQ(memory_stats(backend()).in_use, in_use) << "memory leaks";
      if (::testing::Test::HasFailure()) return;
    }
  }
}

void drill_allocations(const MakeTraining& make) {
  // What is made once and kept, such as workspaces of libraries, is made here.
  undisturbed(make);
  drill<MemoryError>(
      make, [&](int step) { return counted(make, step, allocations); },
      [](Training&, std::uint64_t k) { fail_allocation(k); }, [] { fail_allocation(0); });
}

void drill_kernels(const MakeTraining& make) {
  FailingKernels kernels;
  undisturbed(make);
  drill<KernelFailure>(
      make, [&](int step) { return counted(make, step, [&] { return kernels.calls(); }); },
      [&](Training&, std::uint64_t k) { kernels.fail_call(k); }, [&] { kernels.fail_call(0); });
}

void drill_hooks(const MakeTraining& make) {
  undisturbed(make);
  drill<ValueError>(
      make, [](int) { return 4; },  // each model has at least so many parameters
      [](Training& training, std::uint64_t k) { training.fail_hook(static_cast<int>(k)); }, [] {});
}

TEST(DrillAllocations, OfAnMlp) { drill_allocations(make_mlp); }
TEST(DrillAllocations, OfACnn) { drill_allocations(make_cnn); }
TEST(DrillAllocations, OfAnLstm) { drill_allocations(make_lstm); }
TEST(DrillAllocations, OfAttention) { drill_allocations(make_attention); }

TEST(DrillKernels, OfAnMlp) { drill_kernels(make_mlp); }
TEST(DrillKernels, OfACnn) { drill_kernels(make_cnn); }
TEST(DrillKernels, OfAnLstm) { drill_kernels(make_lstm); }
TEST(DrillKernels, OfAttention) { drill_kernels(make_attention); }

TEST(DrillHooks, OfAnMlp) { drill_hooks(make_mlp); }
TEST(DrillHooks, OfACnn) { drill_hooks(make_cnn); }
TEST(DrillHooks, OfAnLstm) { drill_hooks(make_lstm); }
TEST(DrillHooks, OfAttention) { drill_hooks(make_attention); }

}  // namespace
}  // namespace tinytorch::testing
