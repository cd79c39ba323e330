// Module 08 in the framework, on the modules before it.
#include "tests/progressive/progressive.h"

#include <algorithm>
#include <memory>
#include <numeric>

#include "nn/data/data_loader.h"
#include "nn/data/sampler.h"

namespace tinytorch::testing {
namespace {

class Module08 : public ProgressiveTest {
 protected:
  Module08() : ProgressiveTest("08_dataloader") {}
};

TEST_F(Module08, AnEpochHasEachItemOnce) {
  const nn::RandomSampler sampler(100, {.seed = 3});
  std::vector<std::int64_t> items = sampler.indices(0), all(100);
  EXPECT_NE(items, sampler.indices(1));
  EXPECT_EQ(items, sampler.indices(0));
  std::iota(all.begin(), all.end(), 0);
  EXPECT_NE(items, all);
  std::sort(items.begin(), items.end());
  EXPECT_EQ(items, all);
}

/// The gradient of a linear model, summed over the batches of an epoch.
Tensor gradient_of_an_epoch(const Tensor& x, const Tensor& y, bool shuffle) {
  nn::DataLoader loader(std::make_shared<nn::TensorDataset>(std::vector{x, y}),
                        {.batch_size = 4, .shuffle = shuffle, .device = backend(), .seed = 3});
  const Variable weight = variable(zeros({3, 1}, {.dtype = x.dtype(), .device = backend()}));
  std::int64_t batches = 0;
  for (const nn::Batch& batch : loader) {
    sum(square(matmul(Variable(batch[0]), weight) - batch[1])).backward();
    ++batches;
  }
  EXPECT_EQ(batches, 3);
  return weight.grad();
}

TEST_F(Module08, GradientsOfShuffledBatchesAddUpToThoseOfAll) {
  const Tensor x = normal({10, 3}, 1).to(Device::cpu()), y = normal({10, 1}, 2).to(Device::cpu());
  const Tensor expected = gradient_of_an_epoch(x, y, false);
  EXPECT_TENSOR_NEAR(gradient_of_an_epoch(x.to(DType::f32), y.to(DType::f32), true).to(DType::f64), expected,
                     1e-4);
}

}  // namespace
}  // namespace tinytorch::testing
