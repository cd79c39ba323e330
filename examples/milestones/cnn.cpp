// 1998: LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition". Their
// LeNet-5 read digits; here it tells clothes apart, which are harder.

#include "examples/milestones/milestones.h"

#include <tinytorch/tinytorch.h>

#include <cstdio>
#include <memory>
#include <vector>

#include "examples/common/fashion_mnist.h"

using namespace tinytorch;

namespace milestones {
namespace {

struct Clothes {
  Tensor images;  ///< [N, 1, 28, 28], of mean 0 and deviation 1
  Tensor labels;  ///< [N]
};

Clothes load_clothes(const std::string& directory, bool training, std::int64_t limit) {
  const examples::FashionMnist data = examples::load_fashion_mnist(directory, training, limit);
  return {data.normalized_images(), data.labels};
}

nn::DataLoader loader_of(const Clothes& clothes, const nn::DataLoaderOptions& options) {
  return nn::DataLoader(std::make_shared<nn::TensorDataset>(std::vector{clothes.images, clothes.labels}),
                        options);
}

/// LeNet-5, with ReLU for its sigmoids and maxima for its means, which learn faster.
nn::Sequential make_lenet(Generator& generator) {
  const nn::ConvolutionParameterOptions random{.generator = &generator};
  const nn::DenseOptions random_dense{.generator = &generator};
  return nn::Sequential{nn::Conv2D(1, 6, 5, {.padding = 2}, random),
                        nn::ReLU(),
                        nn::MaxPool2D(2),
                        nn::Conv2D(6, 16, 5, {}, random),
                        nn::ReLU(),
                        nn::MaxPool2D(2),
                        nn::Flatten(),
                        nn::Dense(16 * 5 * 5, 120, random_dense),
                        nn::ReLU(),
                        nn::Dense(120, 84, random_dense),
                        nn::ReLU(),
                        nn::Dense(84, 10, random_dense)};
}

double accuracy(const nn::Sequential& model, const Clothes& clothes, Device device) {
  nn::Accuracy right;
  nn::DataLoader loader = loader_of(clothes, {.batch_size = 250, .device = device});
  for (const nn::Batch& batch : loader) right.update(model(batch[0]), batch[1]);
  return right.value();
}

/// Trains a model, and prints its loss.
void learn(const char* name, nn::Sequential& model, const Clothes& training, int epochs,
           const examples::Program& program) {
  model.to(program.device);
  nn::DataLoader loader = loader_of(
      training, {.batch_size = 32, .shuffle = true, .device = program.device, .seed = program.seed});
  nn::Adam optimizer(model.parameters(), {.learning_rate = 0.003});
  nn::CosineSchedule schedule(optimizer, {.steps = epochs * loader.size()});
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    double loss_of_epoch = 0;
    for (const nn::Batch& batch : loader) {
      optimizer.zero_grad();
      const Variable loss = cross_entropy(model(Variable(batch[0])), batch[1]);
      loss.backward();
      optimizer.step();
      schedule.step();
      loss_of_epoch += loss.value().item() / static_cast<double>(loader.size());
    }
    std::printf("%s, epoch %d: loss %.4f\n", name, epoch, loss_of_epoch);
    std::fflush(stdout);
  }
}

}  // namespace

int cnn(const examples::Program& program, const std::string& data) {
  const Clothes training = load_clothes(data, true, program.quick ? 1280 : 6000),
                test = load_clothes(data, false, program.quick ? 500 : 5000);
  const int epochs = program.quick ? 2 : 4;
  std::printf("%lld images to learn, %lld to test\n", static_cast<long long>(training.labels.numel()),
              static_cast<long long>(test.labels.numel()));
  Generator generator(program.seed);
  nn::Sequential layer{nn::Flatten(), nn::Dense(28 * 28, 10, {.generator = &generator})},
      lenet = make_lenet(generator);
  learn("one layer", layer, training, epochs, program);
  learn("LeNet", lenet, training, epochs, program);
  const double of_layer = accuracy(layer, test, program.device),
               of_lenet = accuracy(lenet, test, program.device);
  std::printf("clothes that they have not seen: accuracy of one layer %.3f, of LeNet %.3f\n", of_layer,
              of_lenet);
  if (program.quick) {
    std::printf("a quick run is too short to be better than one layer; guessing is right in 0.1\n");
    return of_lenet > 0.2 ? examples::kDone : examples::kFailed;
  }
  return of_lenet > of_layer ? examples::kDone : examples::kFailed;
}

}  // namespace milestones
