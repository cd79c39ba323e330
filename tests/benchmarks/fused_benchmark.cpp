// What fusing is worth: forward and backward of an op with kernels of its own, and of the same function made
// of other ops, in turn in one run. `ratio` is the time of the one over the time of the other.
#include <benchmark/benchmark.h>

#include <tinytorch/tinytorch.h>

#include <chrono>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

namespace {

using namespace tinytorch;

using Call = std::function<Variable()>;

double seconds_of(const Call& call, std::vector<Variable> leaves) {
  const auto start = std::chrono::steady_clock::now();
  sum(call()).backward();
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  for (Variable& leaf : leaves) leaf.zero_grad();
  return taken.count();
}

void compare(benchmark::State& state, const std::vector<Variable>& leaves, const Call& fused,
             const Call& composed) {
  double of_fused = 0, of_composed = 0;
  seconds_of(fused, leaves);  // the first call makes what is kept
  seconds_of(composed, leaves);
  for (auto _ : state) {
    const double taken = seconds_of(fused, leaves);
    of_fused += taken;
    of_composed += seconds_of(composed, leaves);
    state.SetIterationTime(taken);
  }
  state.counters["ratio"] = of_fused / of_composed;
}

void layer_normalisation(benchmark::State& state) {
  const Variable x = variable(randn({4096, 1024}));
  compare(
      state, {x}, [&] { return layer_norm(x, {1024}); },
      [&] {
        const Variable centred = x - mean(x, {1}, true);
        return centred * rsqrt(mean(square(centred), {1}, true) + 1e-5);
      });
}
BENCHMARK(layer_normalisation)->UseManualTime()->Unit(benchmark::kMillisecond);

void gelu_of_a_vector(benchmark::State& state) {
  const Variable x = variable(randn({1 << 18}));
  compare(
      state, {x}, [&] { return gelu(x); }, [&] { return x * 0.5 * (1 + erf(x * std::sqrt(0.5))); });
}
BENCHMARK(gelu_of_a_vector)->UseManualTime()->Unit(benchmark::kMillisecond);

void cross_entropy_of_words(benchmark::State& state) {
  const Variable logits = variable(randn({1024, 32000}));
  const Tensor target = randint(0, 32000, {1024});
  compare(
      state, {logits}, [&] { return cross_entropy(logits, target); },
      [&] { return -mean(gather(log_softmax(logits, 1), 1, unsqueeze(target, 1))); });
}
BENCHMARK(cross_entropy_of_words)->UseManualTime()->Unit(benchmark::kMillisecond);

void causal_attention(benchmark::State& state) {
  const std::int64_t length = state.range(0);
  const Shape shape{4, 8, length, 64};
  const Variable q = variable(randn(shape)), k = variable(randn(shape)), v = variable(randn(shape));
  const Tensor visible = causal_mask(length, length);
  compare(
      state, {q, k, v}, [&] { return scaled_dot_product_attention(q, k, v, {.causal = true}); },
      [&] {
        const Variable scores = matmul(q, transpose(k, -2, -1)) / 8;
        return matmul(
            softmax(masked_fill(scores, logical_not(visible), -std::numeric_limits<double>::infinity())), v);
      });
}
BENCHMARK(causal_attention)->Arg(256)->Arg(1024)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
