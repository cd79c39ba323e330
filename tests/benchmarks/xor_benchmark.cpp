// The overhead of ops, autograd graph and optimizer: a training step on tiny tensors.
#include "tests/benchmarks/device.h"

#include <benchmark/benchmark.h>

#include <tinytorch/tinytorch.h>

namespace {

using namespace tinytorch;

struct Xor {
  Tensor x = Tensor{{0.0, 0.0}, {0.0, 1.0}, {1.0, 0.0}, {1.0, 1.0}}.to(benchmark_device());
  Tensor y = Tensor{{0.0}, {1.0}, {1.0}, {0.0}}.to(benchmark_device());
  nn::Sequential model{nn::Dense(2, 4), nn::ReLU(), nn::Dense(4, 1), nn::Sigmoid()};
  nn::MeanSquaredError criterion;

  Xor() { model.to(benchmark_device()); }
};

// One training step of examples/xor_network; the project promises at most 15 µs.
void xor_training_step(benchmark::State& state) {
  Xor xor_;
  nn::SGD optimizer(xor_.model.parameters(), {.learning_rate = 0.5});
  const Variable x(xor_.x);
  for (auto _ : state) {
    const Variable loss = xor_.criterion(xor_.model(x), xor_.y);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
  }
  synchronize(benchmark_device());
}
BENCHMARK(xor_training_step)->Unit(benchmark::kMicrosecond);

void xor_prediction(benchmark::State& state) {
  const Xor xor_;
  for (auto _ : state) {
    Tensor prediction = xor_.model(xor_.x);
    benchmark::DoNotOptimize(prediction);
  }
}
BENCHMARK(xor_prediction)->Unit(benchmark::kMicrosecond);

void xor_forward_recorded(benchmark::State& state) {
  const Xor xor_;
  const Variable x(xor_.x);
  for (auto _ : state) {
    Variable loss = xor_.criterion(xor_.model(x), xor_.y);
    benchmark::DoNotOptimize(loss);
  }
}
BENCHMARK(xor_forward_recorded)->Unit(benchmark::kMicrosecond);

template <class Optimizer>
void optimizer_step(benchmark::State& state) {
  const Xor xor_;
  Optimizer optimizer(xor_.model.parameters());
  xor_.criterion(xor_.model(Variable(xor_.x)), xor_.y).backward();
  for (auto _ : state) optimizer.step();
}
BENCHMARK(optimizer_step<nn::SGD>)->Unit(benchmark::kMicrosecond);
BENCHMARK(optimizer_step<nn::Adam>)->Unit(benchmark::kMicrosecond);

}  // namespace
