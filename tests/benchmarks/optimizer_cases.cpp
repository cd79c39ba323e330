#include <memory>
#include <utility>

#include <tinytorch/tinytorch.h>

#include "tests/benchmarks/cases.h"

namespace benchmarks {
namespace {

using namespace tinytorch;

constexpr std::int64_t kParameters = 10'000'000;

template <class Optimizer, class Options>
Case step_of(const char* name, double floats_per_parameter, const Options& options, Device device) {
  const Row row{.name = name, .group = "optimizers", .call = name};
  return {row, [=] {
            const Variable parameter = variable(randn({kParameters}, {.device = device}));
            Variable(parameter).set_grad(randn({kParameters}, {.device = device}));
            auto optimizer = std::make_shared<Optimizer>(std::vector{parameter}, options);
            return Prepared{.call =
                                [optimizer, device] {
                                  optimizer->step();
                                  synchronize(device);
                                },
                            .bytes = 4.0 * floats_per_parameter * kParameters};
          }};
}

}  // namespace

std::vector<Case> optimizer_cases(Device device) {
  // Floats that are read and written: the parameter, its gradient, and what the optimizer keeps.
  std::vector<Case> cases;
  cases.push_back(step_of<nn::SGD>("SGD 10M", 3, nn::SGDOptions{.learning_rate = 1e-3}, device));
  cases.push_back(step_of<nn::SGD>("SGD with momentum 10M", 5,
                                   nn::SGDOptions{.learning_rate = 1e-3, .momentum = 0.9}, device));
  cases.push_back(step_of<nn::Adam>("Adam 10M", 7, nn::AdamOptions{}, device));
  cases.push_back(step_of<nn::AdamW>("AdamW 10M", 7, nn::AdamWOptions{}, device));
  return cases;
}

}  // namespace benchmarks
