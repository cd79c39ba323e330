#include "examples/fashion_mnist/model.h"

using namespace tinytorch;

namespace {

nn::Sequential make_mlp(std::int64_t hidden) {
  return nn::Sequential{nn::Flatten(),    nn::Dense(784, hidden),    nn::ReLU(),
                        nn::Dropout(0.2), nn::Dense(hidden, hidden), nn::ReLU(),
                        nn::Dropout(0.2), nn::Dense(hidden, 10)};
}

/// Two 3x3 convolutions, then half the size.
nn::Sequential stage(std::int64_t in, std::int64_t out) {
  const nn::ConvolutionParameterOptions no_bias{.bias = false};  // the normalization has one
  return nn::Sequential{nn::Conv2D(in, out, 3, {.padding = 1}, no_bias),
                        nn::BatchNorm2D(out),
                        nn::ReLU(),
                        nn::Conv2D(out, out, 3, {.padding = 1}, no_bias),
                        nn::BatchNorm2D(out),
                        nn::ReLU(),
                        nn::MaxPool2D(2)};
}

nn::Sequential make_cnn(std::int64_t width) {
  return nn::Sequential{stage(1, width),
                        stage(width, 2 * width),
                        nn::Flatten(),
                        nn::Dropout(0.3),
                        nn::Dense(2 * width * 7 * 7, 4 * width),
                        nn::ReLU(),
                        nn::Dropout(0.3),
                        nn::Dense(4 * width, 10)};
}

}  // namespace

nn::Sequential make_model(const std::string& name, std::int64_t width) {
  return name == "mlp" ? make_mlp(8 * width) : make_cnn(width);
}
