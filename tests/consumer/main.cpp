// Trains a line through two points with the installed TinyTorch, and fails if the loss does not fall.
#include <tinytorch/tinytorch.h>

#include <iostream>

#include "core/device.h"

#ifdef FMT_VERSION
#error "a public header includes fmt, which those who use TinyTorch may not have"
#endif

using namespace tinytorch;

int main() {
  const Tensor x{{0.0}, {1.0}}, y{{1.0}, {3.0}};
  nn::Sequential model{nn::Dense(1, 1)};
  nn::SGD optimizer(model.parameters(), {.learning_rate = 0.1f});
  nn::MeanSquaredError criterion;

  float first = 0, last = 0;
  for (int epoch = 0; epoch < 200; ++epoch) {
    Variable loss = criterion(model(Variable(x)), y);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    last = loss.value().item();
    if (epoch == 0) first = last;
  }
  std::cout << "TinyTorch " << TINYTORCH_VERSION << ": loss " << first << " -> " << last << '\n';
  return last < kWantedRatio * first ? 0 : 1;
}
