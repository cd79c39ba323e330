// The training steps of step_cases.cpp and optimizer_cases.cpp in PyTorch.
#include <cmath>
#include <memory>
#include <tuple>
#include <utility>

#include "tests/benchmarks/torch/calls.h"

namespace benchmarks {
namespace {

namespace nn = torch::nn;
namespace F = torch::nn::functional;
using torch::Tensor;
using Parameters = std::vector<Tensor>;

/// Adam or AdamW in one call for all parameters, as torch.optim.Adam(fused=True) in Python: C++ has no option
/// for it.
class FusedAdam {
 public:
  FusedAdam(Parameters parameters, bool decoupled)
      : parameters_(std::move(parameters)), decoupled_(decoupled) {
    for (const Tensor& p : parameters_) {
      means_.push_back(torch::zeros_like(p));
      squares_.push_back(torch::zeros_like(p));
      steps_.push_back(torch::zeros({}));
    }
  }

  void zero_grad() {
    for (const Tensor& p : parameters_) p.mutable_grad().reset();
  }

  void step() {
    const torch::NoGradGuard no_grad;
    Parameters gradients;
    for (const Tensor& p : parameters_) gradients.push_back(p.grad());
    for (Tensor& steps : steps_) steps += 1;
    if (decoupled_) {
      at::_fused_adamw_(parameters_, gradients, means_, squares_, {}, steps_, 1e-3, 0.9, 0.999, 0.01, 1e-8,
                        false, false);
    } else {
      at::_fused_adam_(parameters_, gradients, means_, squares_, {}, steps_, 1e-3, 0.9, 0.999, 0, 1e-8, false,
                       false);
    }
  }

 private:
  Parameters parameters_, means_, squares_, steps_;
  bool decoupled_;
};

/// SGD in one call for all parameters, as torch.optim.SGD(fused=True).
class FusedSGD {
 public:
  FusedSGD(Parameters parameters, double learning_rate, double momentum = 0)
      : parameters_(std::move(parameters)), learning_rate_(learning_rate), momentum_(momentum) {
    if (momentum_ > 0) {
      for (const Tensor& p : parameters_) buffers_.push_back(torch::zeros_like(p));
    }
  }

  void zero_grad() {
    for (const Tensor& p : parameters_) p.mutable_grad().reset();
  }

  void step() {
    const torch::NoGradGuard no_grad;
    Parameters gradients;
    for (const Tensor& p : parameters_) gradients.push_back(p.grad());
    at::_fused_sgd_(parameters_, gradients, buffers_, 0, momentum_, learning_rate_, 0, false, false, false);
  }

 private:
  Parameters parameters_, buffers_;
  double learning_rate_, momentum_;
};

template <class Optimizer>
Prepared training_step(std::shared_ptr<Optimizer> optimizer, std::function<Tensor()> loss) {
  return {.call = [=] {
    optimizer->zero_grad();
    loss().backward();
    optimizer->step();
  }};
}

Tensor random_classes(std::int64_t n, std::int64_t classes) {
  return torch::randint(0, classes, {n}, torch::kInt64);
}

Prepared xor_step() {
  nn::Sequential model(nn::Linear(2, 4), nn::ReLU(), nn::Linear(4, 1), nn::Sigmoid());
  const Tensor x = torch::tensor({0.f, 0.f, 0.f, 1.f, 1.f, 0.f, 1.f, 1.f}).reshape({4, 2}),
               y = torch::tensor({0.f, 1.f, 1.f, 0.f}).reshape({4, 1});
  return training_step(std::make_shared<FusedSGD>(model->parameters(), 0.5),
                       [=]() mutable { return F::mse_loss(model->forward(x), y); });
}

template <class Optimizer>
Prepared classifier_step(nn::Sequential model, std::shared_ptr<Optimizer> optimizer, const Tensor& x) {
  const Tensor y = random_classes(x.size(0), 10);
  return training_step(optimizer, [=]() mutable { return F::cross_entropy(model->forward(x), y); });
}

nn::Sequential make_mlp() {
  return nn::Sequential(nn::Linear(784, 512), nn::ReLU(), nn::Linear(512, 256), nn::ReLU(),
                        nn::Linear(256, 10));
}

Prepared mlp_step_with_sgd() {
  nn::Sequential model = make_mlp();
  return classifier_step(model, std::make_shared<FusedSGD>(model->parameters(), 0.01),
                         torch::randn({128, 784}));
}

Prepared mlp_step_with_adam() {
  nn::Sequential model = make_mlp();
  return classifier_step(model, std::make_shared<FusedAdam>(model->parameters(), false),
                         torch::randn({128, 784}));
}

Prepared lenet_step() {
  nn::Sequential model(nn::Conv2d(nn::Conv2dOptions(1, 6, 5).padding(2)), nn::ReLU(), nn::MaxPool2d(2),
                       nn::Conv2d(nn::Conv2dOptions(6, 16, 5)), nn::ReLU(), nn::MaxPool2d(2), nn::Flatten(),
                       nn::Linear(400, 120), nn::ReLU(), nn::Linear(120, 84), nn::ReLU(), nn::Linear(84, 10));
  return classifier_step(model, std::make_shared<FusedSGD>(model->parameters(), 0.01),
                         torch::randn({64, 1, 28, 28}));
}

Prepared resnet_step(at::MemoryFormat format) {
  const auto convolution = [] { return nn::Conv2d(nn::Conv2dOptions(64, 64, 3).padding(1).bias(false)); };
  nn::Sequential body(convolution(), nn::BatchNorm2d(64), nn::ReLU(), convolution(), nn::BatchNorm2d(64));
  for (const Tensor& p : body->parameters()) {
    if (p.dim() == 4) p.set_data(p.contiguous(format));
  }
  const Tensor x = torch::randn({16, 64, 32, 32}).contiguous(format);
  return training_step(std::make_shared<FusedSGD>(body->parameters(), 0.01),
                       [=]() mutable { return torch::relu(body->forward(x) + x).square().mean(); });
}

/// A block of GPT-2, with its attention in one call.
struct BlockImpl : nn::Module {
  BlockImpl(std::int64_t width, std::int64_t heads)
      : heads(heads),
        norm1(register_module("norm1", nn::LayerNorm(nn::LayerNormOptions({width})))),
        norm2(register_module("norm2", nn::LayerNorm(nn::LayerNormOptions({width})))),
        projection(register_module("projection", nn::Linear(width, 3 * width))),
        output(register_module("output", nn::Linear(width, width))),
        up(register_module("up", nn::Linear(width, 4 * width))),
        down(register_module("down", nn::Linear(4 * width, width))) {}

  Tensor forward(const Tensor& x) {
    const std::int64_t batch = x.size(0), length = x.size(1), width = x.size(2);
    const auto parts = projection(norm1(x)).chunk(3, -1);
    const auto split = [&](const Tensor& part) {
      return part.view({batch, length, heads, width / heads}).transpose(1, 2);
    };
    const Tensor mixed =
        at::scaled_dot_product_attention(split(parts[0]), split(parts[1]), split(parts[2]), {}, 0, true);
    const Tensor y = x + output(mixed.transpose(1, 2).reshape({batch, length, width}));
    return y + down(at::gelu(up(norm2(y)), "tanh"));
  }

  std::int64_t heads;
  nn::LayerNorm norm1, norm2;
  nn::Linear projection, output, up, down;
};
TORCH_MODULE(Block);

struct GPTImpl : nn::Module {
  GPTImpl(std::int64_t vocabulary, std::int64_t context, std::int64_t width, std::int64_t heads,
          std::int64_t layers)
      : tokens(register_module("tokens", nn::Embedding(vocabulary, width))),
        positions(register_module("positions", nn::Embedding(context, width))),
        blocks(register_module("blocks", nn::ModuleList())),
        norm(register_module("norm", nn::LayerNorm(nn::LayerNormOptions({width})))) {
    for (std::int64_t i = 0; i < layers; ++i) blocks->push_back(Block(width, heads));
  }

  /// The logits; the head's weight is that of the embedding.
  Tensor forward(const Tensor& x) {
    Tensor y = tokens(x) + positions(torch::arange(x.size(1)));
    for (const auto& block : *blocks) y = block->as<BlockImpl>()->forward(y);
    return at::linear(norm(y), tokens->weight);
  }

  nn::Embedding tokens, positions;
  nn::ModuleList blocks;
  nn::LayerNorm norm;
};
TORCH_MODULE(GPT);

Prepared gpt_step() {
  constexpr std::int64_t kVocabulary = 65, kBatch = 16, kLength = 128;
  GPT model(kVocabulary, kLength, 128, 4, 4);
  const Tensor x = torch::randint(0, kVocabulary, {kBatch, kLength}, torch::kInt64),
               y = random_classes(kBatch * kLength, kVocabulary);
  return training_step(std::make_shared<FusedAdam>(model->parameters(), true), [=]() mutable {
    return F::cross_entropy(model(x).reshape({kBatch * kLength, kVocabulary}), y);
  });
}

Prepared lstm_step() {
  constexpr std::int64_t kLength = 64, kBatch = 32, kWidth = 256;
  nn::LSTM model(nn::LSTMOptions(kWidth, kWidth));
  const Tensor x = torch::randn({kLength, kBatch, kWidth});
  return training_step(std::make_shared<FusedSGD>(model->parameters(), 0.01),
                       [=]() mutable { return std::get<0>(model(x)).square().mean(); });
}

/// A step of an optimizer on ten million parameters.
template <class Optimizer, class... Options>
std::function<Prepared()> optimizer_step(Options... options) {
  return [=] {
    const Tensor parameter = torch::randn({10'000'000}).requires_grad_();
    parameter.mutable_grad() = torch::randn({10'000'000});
    auto optimizer = std::make_shared<Optimizer>(Parameters{parameter}, options...);
    return Prepared{.call = [optimizer] { optimizer->step(); }};
  };
}

}  // namespace

const std::map<std::string, std::function<Prepared()>>& step_calls() {
  static const std::map<std::string, std::function<Prepared()>> kCalls{
      {"XOR step", xor_step},
      {"MLP step with SGD", mlp_step_with_sgd},
      {"MLP step with Adam", mlp_step_with_adam},
      {"LeNet step", lenet_step},
      {"ResNet block step", [] { return resnet_step(at::MemoryFormat::Contiguous); }},
      {"ResNet block step, channels last", [] { return resnet_step(at::MemoryFormat::ChannelsLast); }},
      {"nanoGPT step", gpt_step},
      {"LSTM step", lstm_step},
      {"SGD 10M", optimizer_step<FusedSGD>(1e-3)},
      {"SGD with momentum 10M", optimizer_step<FusedSGD>(1e-3, 0.9)},
      {"Adam 10M", optimizer_step<FusedAdam>(false)},
      {"AdamW 10M", optimizer_step<FusedAdam>(true)},
  };
  return kCalls;
}

}  // namespace benchmarks
