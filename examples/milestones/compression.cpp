// 2018: Jacob et al., "Quantization and training of neural networks for efficient integer-arithmetic-only
// inference": after the pruning of Han et al. (2015, "Learning both weights and connections for efficient
// neural networks"), a byte for each weight.

#include "examples/milestones/milestones.h"

#include <tinytorch/tinytorch.h>

#include <cstdio>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "examples/common/fashion_mnist.h"

using namespace tinytorch;

namespace milestones {
namespace {

constexpr std::int64_t kPixels = 28 * 28, kHidden = 128;
constexpr double kPrunedShare = 0.9;

struct FlatClothes {
  Tensor images;  ///< [N, 784], of mean 0 and deviation 1
  Tensor labels;  ///< [N]
};

FlatClothes load_flat(const std::string& directory, bool training, std::int64_t limit) {
  const examples::FashionMnist data = examples::load_fashion_mnist(directory, training, limit);
  return {reshape(data.normalized_images(), {-1, kPixels}), data.labels};
}

/// The weights of the layers, without the biases.
std::vector<Variable> weights_of(nn::Sequential& model) {
  std::vector<Variable> weights;
  for (const Variable& parameter : model.parameters()) {
    if (parameter.value().rank() == 2) weights.push_back(parameter);
  }
  return weights;
}

/// 0 for the weights with the smallest magnitudes, a share of all, and 1 for the others.
Tensor mask_of(const Tensor& weight, double share) {
  const Tensor order = argsort(abs(flatten(weight)));
  const auto n = static_cast<std::int64_t>(share * static_cast<double>(weight.numel()));
  return reshape(scatter(ones_like(flatten(weight)), 0, slice(order, 0, 0, n), Tensor(0.0)), weight.shape());
}

/// Weights some of which are 0, and stay so.
class PrunedWeights {
 public:
  PrunedWeights(std::vector<Variable> weights, double share) : weights_(std::move(weights)) {
    for (const Variable& weight : weights_) masks_.push_back(mask_of(weight.value(), share));
    apply();
  }

  /// Sets to 0 again what a step of an optimizer has changed.
  void apply() {
    for (std::size_t i = 0; i < weights_.size(); ++i) weights_[i].set_value(weights_[i].value() * masks_[i]);
  }

 private:
  std::vector<Variable> weights_;
  std::vector<Tensor> masks_;
};

/// The dense layers of a network in int8, with ReLU between them.
class Int8Network {
 public:
  explicit Int8Network(const nn::Sequential& model) {
    for (std::size_t i = 0; i < model.size(); ++i) {
      const auto* const dense = dynamic_cast<const nn::Dense*>(&model[i]);
      if (dense) layers_.push_back({quantize_rows(dense->weight().value()), dense->bias().value()});
    }
  }

  Tensor operator()(const Tensor& x) const {
    Tensor y = x;
    for (std::size_t i = 0; i < layers_.size(); ++i)
      y = int8_linear(i == 0 ? y : relu(y), layers_[i].weight, layers_[i].bias);
    return y;
  }

  /// Of the weights and their scales.
  std::size_t bytes() const {
    std::size_t all = 0;
    for (const Int8Layer& layer : layers_)
      all += layer.weight.values.storage()->bytes() + layer.weight.scales.storage()->bytes();
    return all;
  }

 private:
  struct Int8Layer {
    QuantizedMatrix weight;
    Tensor bias;
  };
  std::vector<Int8Layer> layers_;
};

using Classifier = std::function<Tensor(const Tensor& images)>;

double accuracy_of(const Classifier& model, const FlatClothes& clothes) {
  return mean((argmax(model(clothes.images), 1) == clothes.labels).to(DType::f32)).item();
}

/// What a network is trained on, and how.
struct Training {
  nn::DataLoader loader;
  int epochs;
  double learning_rate;
};

void fit(nn::Sequential& model, Training training, const std::function<void()>& after_step) {
  nn::Adam optimizer(model.parameters(), {.learning_rate = training.learning_rate});
  for (int epoch = 1; epoch <= training.epochs; ++epoch) {
    for (const nn::Batch& batch : training.loader) {
      optimizer.zero_grad();
      cross_entropy(model(Variable(batch[0])), batch[1]).backward();
      optimizer.step();
      after_step();
    }
  }
}

/// Prints what the weights take as floats: all of them, and those that are not 0 in compressed sparse rows,
/// with i32 columns and row pointers.
/// @return  the bytes of all
std::size_t report_floats(nn::Sequential& model) {
  std::size_t dense = 0, sparse = 0, numel = 0, nonzero = 0;
  for (const Variable& weight : weights_of(model)) {
    const auto values = static_cast<std::size_t>(sum((weight.value() != 0).to(DType::i64)).item());
    numel += static_cast<std::size_t>(weight.value().numel());
    nonzero += values;
    dense += weight.value().storage()->bytes();
    sparse += values * (sizeof(float) + sizeof(std::int32_t)) +
              static_cast<std::size_t>(weight.value().size(0) + 1) * sizeof(std::int32_t);
  }
  std::printf("weights: %zu, of which %zu are not 0\n", numel, nonzero);
  std::printf("  f32           %7zu bytes\n  f32, as CSR   %7zu bytes\n", dense, sparse);
  return dense;
}

/// How often two networks are compared, and how many calls are measured at a time.
struct Repetitions {
  int pairs, calls;
};

/// Prints how much faster the second is for a batch.
void compare_speed(const Classifier& floats, const Classifier& bytes, const Tensor& x,
                   const Repetitions& repeated) {
  const auto seconds = [&](const Classifier& model) {
    const auto run = [&] {
      for (int i = 0; i < repeated.calls; ++i) static_cast<void>(model(x));
    };
    return nn::time_runs(run, {.warm_up = 0, .runs = 1, .device = x.device()}).front() / repeated.calls;
  };
  std::vector<double> of_floats, of_bytes;
  for (int i = 0; i <= repeated.pairs; ++i) {
    const double before = seconds(floats), after = seconds(bytes);
    if (i == 0) continue;  // to warm up
    of_floats.push_back(before);
    of_bytes.push_back(after);
  }
  const nn::TimeComparison compared = nn::compare_times(of_floats, of_bytes);
  std::printf("time of a batch of %lld: f32 %.1f us, int8 %.1f us; f32 / int8 = %.2f (%.2f to %.2f)\n",
              static_cast<long long>(x.size(0)), nn::percentile(of_floats, 50) * 1e6,
              nn::percentile(of_bytes, 50) * 1e6, compared.ratio, compared.low, compared.high);
}

void report_speed(const Classifier& floats, const Classifier& bytes, const Tensor& images, bool quick) {
  compare_speed(floats, bytes, slice(images, 0, 0, 1), quick ? Repetitions{7, 1} : Repetitions{21, 100});
  compare_speed(floats, bytes, slice(images, 0, 0, 100), quick ? Repetitions{7, 1} : Repetitions{21, 10});
}

struct Accuracies {
  double trained, pruned;  ///< of all weights, and of those that pruning left, trained on
};

Accuracies train_and_prune(nn::Sequential& model, const FlatClothes& training, const FlatClothes& test,
                           const examples::Program& program) {
  const auto loader = [&] {
    return nn::DataLoader(
        std::make_shared<nn::TensorDataset>(std::vector{training.images, training.labels}),
        {.batch_size = 64, .shuffle = true, .device = program.device, .seed = program.seed});
  };
  const Classifier classify = [&](const Tensor& x) { return model(x); };
  Accuracies accuracies{};
  fit(model, {loader(), program.quick ? 2 : 3, 0.002}, [] {});
  accuracies.trained = accuracy_of(classify, test);
  std::printf("a network of %lld, %lld and 10 units, trained: accuracy %.3f\n",
              static_cast<long long>(kPixels), static_cast<long long>(kHidden), accuracies.trained);
  PrunedWeights pruned(weights_of(model), kPrunedShare);
  std::printf("the smallest %.0f %% of its weights set to 0: accuracy %.3f\n", kPrunedShare * 100,
              accuracy_of(classify, test));
  fit(model, {loader(), program.quick ? 1 : 2, 0.001}, [&] { pruned.apply(); });
  accuracies.pruned = accuracy_of(classify, test);
  std::printf("the others trained on: accuracy %.3f\n", accuracies.pruned);
  return accuracies;
}

}  // namespace

int compression(const examples::Program& program, const std::string& data) {
  const FlatClothes training = load_flat(data, true, program.quick ? 1280 : 10000);
  FlatClothes test = load_flat(data, false, program.quick ? 500 : 2000);
  test = {test.images.to(program.device), test.labels.to(program.device)};
  Generator generator(program.seed);
  nn::Sequential model{nn::Dense(kPixels, kHidden, {.generator = &generator}), nn::ReLU(),
                       nn::Dense(kHidden, 10, {.generator = &generator})};
  model.to(program.device);
  const Accuracies of_floats = train_and_prune(model, training, test, program);
  const Int8Network quantized(model);
  const double of_bytes = accuracy_of(quantized, test);
  std::printf("in int8: accuracy %.3f\n", of_bytes);
  const std::size_t float_bytes = report_floats(model);
  std::printf("  int8          %7zu bytes\n", quantized.bytes());
  report_speed([&](const Tensor& x) { return model(x); }, quantized, test.images, program.quick);

  if (quantized.bytes() * 3 > float_bytes) return examples::kFailed;
  if (program.quick) {
    std::printf("a quick run is too short to lose nothing by pruning; int8 may lose 0.02 here, too\n");
    return of_bytes > of_floats.pruned - 0.02 ? examples::kDone : examples::kFailed;
  }
  return of_bytes > of_floats.trained - 0.02 ? examples::kDone : examples::kFailed;
}

}  // namespace milestones
