#include <memory>
#include <utility>

#include <tinytorch/tinytorch.h>

#include "tests/benchmarks/cases.h"
#include "tests/benchmarks/operands.h"

namespace benchmarks {
namespace {

using namespace tinytorch;

/// A training step: the loss of a batch, its gradients, and the optimizer's update.
template <class Model, class Optimizer>
Prepared prepared_step(std::shared_ptr<Model> model, std::shared_ptr<Optimizer> optimizer,
                       std::function<Variable(const Model&)> loss_of, Device device) {
  return {.call = [=] {
    optimizer->zero_grad();
    loss_of(*model).backward();
    optimizer->step();
    synchronize(device);
  }};
}

template <class Optimizer, class Model, class Options>
Case step_case(const char* name, Device device, const Options& options,
               std::function<std::shared_ptr<Model>()> make_model,
               std::function<std::function<Variable(const Model&)>()> make_loss) {
  return {{.name = name, .group = "steps", .call = name}, [=] {
            const std::shared_ptr<Model> model = make_model();
            model->to(device);
            return prepared_step<Model, Optimizer>(
                model, std::make_shared<Optimizer>(model->parameters(), options), make_loss(), device);
          }};
}

using Loss = std::function<Variable(const nn::Sequential&)>;

/// The loss of a classifier on random images.
Loss classifier_loss(const Shape& images, std::int64_t classes, Device device) {
  return [x = Variable(randn(images, {.device = device})), y = randint(0, classes, {images[0]}).to(device)](
             const nn::Sequential& model) { return cross_entropy(model(x), y); };
}

Case xor_step(Device device) {
  return step_case<nn::SGD, nn::Sequential>(
      "XOR step", device, nn::SGDOptions{.learning_rate = 0.5},
      [] {
        return std::make_shared<nn::Sequential>(nn::Dense(2, 4), nn::ReLU(), nn::Dense(4, 1), nn::Sigmoid());
      },
      [device]() -> Loss {
        return [x = Variable(Tensor{{0.0, 0.0}, {0.0, 1.0}, {1.0, 0.0}, {1.0, 1.0}}.to(device)),
                y = Tensor{{0.0}, {1.0}, {1.0}, {0.0}}.to(device)](const nn::Sequential& model) {
          return mse_loss(model(x), Variable(y));
        };
      });
}

template <class Optimizer, class Options>
Case mlp_step(const char* name, const Options& options, Device device) {
  return step_case<Optimizer, nn::Sequential>(
      name, device, options,
      [] {
        return std::make_shared<nn::Sequential>(nn::Dense(784, 512), nn::ReLU(), nn::Dense(512, 256),
                                                nn::ReLU(), nn::Dense(256, 10));
      },
      [device] {
        return classifier_loss({128, 784}, 10, device);
      });
}

Case lenet_step(Device device) {
  return step_case<nn::SGD, nn::Sequential>(
      "LeNet step", device, nn::SGDOptions{.learning_rate = 0.01},
      [] {
        return std::make_shared<nn::Sequential>(
            nn::Conv2D(1, 6, 5, {.padding = 2}), nn::ReLU(), nn::MaxPool2D(2), nn::Conv2D(6, 16, 5),
            nn::ReLU(), nn::MaxPool2D(2), nn::Flatten(), nn::Dense(400, 120), nn::ReLU(), nn::Dense(120, 84),
            nn::ReLU(), nn::Dense(84, 10));
      },
      [device] {
        return classifier_loss({64, 1, 28, 28}, 10, device);
      });
}

/// The basic block of a ResNet with 64 channels (He et al. 2016), on images of 32 x 32.
Case resnet_step(const char* name, bool is_channels_last, Device device) {
  return step_case<nn::SGD, nn::ResidualBlock>(
      name, device, nn::SGDOptions{.learning_rate = 0.01},
      [] { return std::make_shared<nn::ResidualBlock>(64, 64); },
      [=]() -> std::function<Variable(const nn::ResidualBlock&)> {
        const Tensor images = randn({16, 64, 32, 32}, {.device = device});
        return [x = Variable(is_channels_last ? channels_last(images) : images)](
                   const nn::ResidualBlock& model) { return mean(square(model(x))); };
      });
}

Case gpt_step(Device device) {
  constexpr std::int64_t kVocabulary = 65, kBatch = 16, kLength = 128;
  return step_case<nn::AdamW, nn::GPT>(
      "nanoGPT step", device, nn::AdamWOptions{},
      [] {
        return std::make_shared<nn::GPT>(nn::GPTOptions{
            .vocabulary = kVocabulary, .context = kLength, .width = 128, .heads = 4, .layers = 4});
      },
      [device]() -> std::function<Variable(const nn::GPT&)> {
        const Tensor tokens = randint(0, kVocabulary, {kBatch, kLength}).to(device),
                     next = randint(0, kVocabulary, {kBatch * kLength}).to(device);
        return [=](const nn::GPT& model) {
          return cross_entropy(reshape(model(Variable(tokens)), {kBatch * kLength, kVocabulary}), next);
        };
      });
}

Case lstm_step(Device device) {
  constexpr std::int64_t kLength = 64, kBatch = 32, kWidth = 256;
  return step_case<nn::SGD, nn::LSTM>(
      "LSTM step", device, nn::SGDOptions{.learning_rate = 0.01},
      [=] { return std::make_shared<nn::LSTM>(kWidth, kWidth); },
      [device]() -> std::function<Variable(const nn::LSTM&)> {
        const Variable x(randn({kLength, kBatch, kWidth}, {.device = device}));
        return [x](const nn::LSTM& model) { return mean(square(model(x))); };
      });
}

}  // namespace

std::vector<Case> step_cases(Device device) {
  std::vector<Case> cases;
  cases.push_back(xor_step(device));
  cases.push_back(mlp_step<nn::SGD>("MLP step with SGD", nn::SGDOptions{.learning_rate = 0.01}, device));
  cases.push_back(mlp_step<nn::Adam>("MLP step with Adam", nn::AdamOptions{}, device));
  cases.push_back(lenet_step(device));
  cases.push_back(resnet_step("ResNet block step", false, device));
  cases.push_back(resnet_step("ResNet block step, channels last", true, device));
  cases.push_back(gpt_step(device));
  cases.push_back(lstm_step(device));
  return cases;
}

}  // namespace benchmarks
