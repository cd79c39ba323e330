// XOR: the smallest problem that a linear model cannot solve, and the smallest whole training program.

#include <tinytorch/tinytorch.h>

#include "examples/xor_network/report.h"
#include "examples/xor_network/runs.h"
#include "examples/xor_network/settings.h"

using namespace tinytorch;

void train(const Settings& settings, Report& report) {
  const Tensor x = Tensor{{0.0, 0.0}, {0.0, 1.0}, {1.0, 0.0}, {1.0, 1.0}}.to(settings.device);
  const Tensor y = Tensor{{0.0}, {1.0}, {1.0}, {0.0}}.to(settings.device);

  // README.md says why the layers are initialized this way.
  Generator generator(settings.seed);
  nn::Sequential model{
      nn::Dense(2, settings.width,
                {.weight_init = nn::init::mirrored_orthogonal(),
                 .bias_init = nn::init::constant(0.5),
                 .generator = &generator}),
      nn::ReLU(),
      nn::Dense(settings.width, 1, {.weight_init = nn::init::xavier_uniform(0.1), .generator = &generator}),
      nn::Sigmoid()};
  model.to(settings.device);

  nn::SGD optimizer(model.parameters(), {.learning_rate = settings.learning_rate});
  const nn::MeanSquaredError criterion;

  report.start(model, x, y);
  for (int epoch = 1; epoch <= settings.epochs; ++epoch) {
    const Variable loss = criterion(model(Variable(x)), y);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    report.epoch(epoch);
  }
  report.finish();
}

int main(int argc, char** argv) { return run(argc, argv, train); }
