// The gain of fused kernels: forward and backward of a fused op and of the same function composed of other
// ops, alternately in one run. `ratio` is the time of the fused op over that of the composed one.
#include "tests/benchmarks/device.h"

#include <benchmark/benchmark.h>

#include <tinytorch/tinytorch.h>

#include <chrono>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

namespace {

using namespace tinytorch;

Options on_device() { return {.device = benchmark_device()}; }

using Call = std::function<Variable()>;

double measure_seconds(const Call& call, std::vector<Variable> leaves) {
  const auto start = std::chrono::steady_clock::now();
  sum(call()).backward();
  synchronize(benchmark_device());
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  for (Variable& leaf : leaves) leaf.zero_grad();
  return elapsed.count();
}

void compare(benchmark::State& state, const std::vector<Variable>& leaves, const Call& fused,
             const Call& composed) {
  double fused_seconds = 0, composed_seconds = 0;
  measure_seconds(fused, leaves);  // warm-up: the first call fills the caches
  measure_seconds(composed, leaves);
  for (auto _ : state) {
    const double elapsed = measure_seconds(fused, leaves);
    fused_seconds += elapsed;
    composed_seconds += measure_seconds(composed, leaves);
    state.SetIterationTime(elapsed);
  }
  state.counters["ratio"] = fused_seconds / composed_seconds;
}

void layer_norm_benchmark(benchmark::State& state) {
  const Variable x = variable(randn({4096, 1024}, on_device()));
  compare(
      state, {x}, [&] { return layer_norm(x, {1024}); },
      [&] {
        const Variable centred = x - mean(x, {1}, true);
        return centred * rsqrt(mean(square(centred), {1}, true) + 1e-5);
      });
}
BENCHMARK(layer_norm_benchmark)->UseManualTime()->Unit(benchmark::kMillisecond);

void gelu_benchmark(benchmark::State& state) {
  const Variable x = variable(randn({1 << 18}, on_device()));
  compare(
      state, {x}, [&] { return gelu(x); }, [&] { return x * 0.5 * (1 + erf(x * std::sqrt(0.5))); });
}
BENCHMARK(gelu_benchmark)->UseManualTime()->Unit(benchmark::kMillisecond);

void cross_entropy_benchmark(benchmark::State& state) {
  const Variable logits = variable(randn({1024, 32000}, on_device()));
  const Tensor target = randint(0, 32000, {1024}).to(benchmark_device());
  compare(
      state, {logits}, [&] { return cross_entropy(logits, target); },
      [&] { return -mean(gather(log_softmax(logits, 1), 1, unsqueeze(target, 1))); });
}
BENCHMARK(cross_entropy_benchmark)->UseManualTime()->Unit(benchmark::kMillisecond);

void causal_attention_benchmark(benchmark::State& state) {
  const std::int64_t length = state.range(0);
  const Shape shape{4, 8, length, 64};
  const Variable q = variable(randn(shape, on_device())), k = variable(randn(shape, on_device())),
                 v = variable(randn(shape, on_device()));
  const Tensor visible = causal_mask(length, length, 0, benchmark_device());
  compare(
      state, {q, k, v}, [&] { return scaled_dot_product_attention(q, k, v, {.causal = true}); },
      [&] {
        const Variable scores = matmul(q, transpose(k, -2, -1)) / 8;
        return matmul(
            softmax(masked_fill(scores, logical_not(visible), -std::numeric_limits<double>::infinity())), v);
      });
}
BENCHMARK(causal_attention_benchmark)->Arg(256)->Arg(1024)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
