#include "core/ops/random.h"
#include "core/ops/dropout_kernels.h"
#include "core/ops/random_kernels.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <utility>
#include <vector>

#include "core/ops/dropout.h"
#include "core/ops/sampling.h"
#include "tests/conformance/op_table.h"
#include "tests/conformance/philox.h"
#include "tests/conformance/rows.h"

// The streams of random numbers that core/ops/random.h and kernels/math/random.h define, from an independent
// implementation of Philox. The operand only provides the shape.
namespace tinytorch::conformance {
namespace {

constexpr std::uint64_t kSeed = 0x123456789abcdef;
constexpr std::uint64_t kFirstBlock = 0xfffffffe;  // the counter's carry is part of the test

std::uint32_t word(std::uint64_t i) { return philox_word(kSeed, kFirstBlock, i); }
std::uint64_t pair(std::uint64_t i) {
  return static_cast<std::uint64_t>(word(2 * i + 1)) << 32 | word(2 * i);
}
double uniform(std::uint64_t i) { return static_cast<double>(pair(i) >> 11) * 0x1p-53; }
/// A random integer in [0, 2^63 - 1): the high half of the product of 2^63 - 1 and 64 random bits.
std::uint64_t high_bits(std::uint64_t i) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>(Wide{pair(i)} * ((std::uint64_t{1} << 63) - 1) >> 64);
}

/// Box-Muller: each block yields two numbers.
double normal(std::uint64_t i) {
  const double radius = std::sqrt(-2 * std::log(uniform(i & ~1ull) + 0x1p-53));
  const double angle = 2 * std::numbers::pi * uniform(i | 1);
  return radius * (i % 2 == 0 ? std::cos(angle) : std::sin(angle));
}

Generator generator() {
  Generator result(kSeed);
  result.set_state({kSeed, kFirstBlock});
  return result;
}

template <class Element, class Call>
void random_row(const char* name, const KernelSlot& slot, DType dtype, Element element, Call call) {
  row(name)
      .inputs(real(-9, 9))
      .dtypes(kAllDTypes)
      .result_dtype(dtype)
      .shapes({{}, {0}, {1}, {2, 3}, {17}, {10007}})
      .covers(slot)
      .reference([element](const Array& x) {
        std::uint64_t i = 0;
        return generate(x.shape, [&](const Dims&) { return element(i++); });
      })
      .tolerances({1e-6, 1e-7}, {1e-14, 1e-14})
      .gradient(not_differentiable)
      .calls([call, dtype](const Tensor& x) {
        Generator source = generator();
        return call(x.shape(), Options{.dtype = dtype, .device = x.device()}, source);
      });
}

/// 0 ... n-1 in the order of their 63 random bits.
Array permuted(std::int64_t n) {
  std::vector<std::pair<std::uint64_t, std::int64_t>> keyed;
  for (std::int64_t i = 0; i < n; ++i) keyed.emplace_back(high_bits(static_cast<std::uint64_t>(i)), i);
  std::sort(keyed.begin(), keyed.end());
  Array result{{n}, {}};
  for (const auto& [key, i] : keyed) result.values.push_back(static_cast<double>(i));
  return result;
}

constexpr std::int64_t kSamples = 6;

/// Samples from each row: the first index at which the cumulative sum of weights exceeds u times their total,
/// u being uniform.
Array multinomial_samples(const Array& weights, std::int64_t samples) {
  Shape shape = weights.shape;
  const std::int64_t n = shape.back();
  shape.back() = samples;
  Array result{shape, {}};
  std::uint64_t next = 0;
  for (std::size_t row = 0; row < weights.values.size(); row += static_cast<std::size_t>(n)) {
    double total = 0;
    for (std::int64_t i = 0; i < n; ++i) total += weights.values[row + static_cast<std::size_t>(i)];
    for (std::int64_t sample = 0; sample < samples; ++sample) {
      double rest = uniform(next++) * total;
      std::int64_t index = 0;
      while (index < n - 1 && rest >= weights.values[row + static_cast<std::size_t>(index)])
        rest -= weights.values[row + static_cast<std::size_t>(index++)];
      result.values.push_back(static_cast<double>(index));
    }
  }
  return result;
}

double uniform_f32(std::uint64_t i) { return static_cast<double>(word(i) >> 8) * 0x1p-24; }

/// f(x, u) of each element and the f32 uniform of its index.
Array with_uniforms(const Array& x, double (*f)(double, double)) {
  std::uint64_t i = 0;
  return generate(x.shape, [&](const Dims& at) { return f(x(at), uniform_f32(i++)); });
}

void dropout_row(const char* name, const Domain& values, double p, double (*f)(double, double)) {
  row(name)
      .inputs(values)
      .shapes({{}, {0}, {1}, {2, 3}, {17}, {10007}})
      .covers(kernels::dropout)
      .reference([f](const Array& x) { return with_uniforms(x, f); })
      .gradient(differentiable)
      .calls([p](const auto& x) {
        Generator source = generator();
        return dropout(x, p, true, source);
      });
}

void dropout_rows() {
  const Domain any = real(-9, 9).including({inf, -inf, nan});
  dropout_row("dropout", real(-9, 9), 0.3, [](double x, double u) { return u >= 0.3 ? x / 0.7 : 0; });
  dropout_row("dropout_of_all", any, 1, [](double, double) { return 0.0; });
  dropout_row("dropout_of_none", any, 0, [](double x, double) { return x; });
  row("bernoulli")
      .inputs(real(0, 1).including({0.0, 1.0}))
      .shapes({{}, {0}, {1}, {2, 3}, {17}, {10007}})
      .reference([](const Array& p) {
        return with_uniforms(p, [](double x, double u) { return u < x ? 1.0 : 0.0; });
      })
      .exactly()
      .gradient(not_differentiable)
      .calls([](const Tensor& p) {
        Generator source = generator();
        return bernoulli(p, source);
      });
}

}  // namespace

void random_rows() {
  dropout_rows();
  const auto uniform_call = [](const Shape& shape, Options options, Generator& source) {
    return rand(shape, options, source);
  };
  const auto normal_call = [](const Shape& shape, Options options, Generator& source) {
    return randn(shape, options, source);
  };
  const auto integer_call = [](const Shape& shape, Options options, Generator& source) {
    return randint(10, 110, shape, options, source);
  };
  const auto integer = [](std::uint64_t i) {
    return 10 + static_cast<double>(((pair(i) >> 32) * 100 + ((pair(i) & 0xffffffff) * 100 >> 32)) >> 32);
  };
  random_row(
      "rand_f32", kernels::random_uniform, DType::f32,
      [](std::uint64_t i) { return static_cast<double>(word(i) >> 8) * 0x1p-24; }, uniform_call);
  random_row("rand_f64", kernels::random_uniform, DType::f64, uniform, uniform_call);
  random_row("randn_f32", kernels::random_normal, DType::f32, normal, normal_call);
  random_row("randn_f64", kernels::random_normal, DType::f64, normal, normal_call);
  random_row(
      "normal", kernels::random_normal, DType::f64, [](std::uint64_t i) { return 3 + 0.5 * normal(i); },
      [](const Shape& shape, Options options, Generator& source) {
        return tinytorch::normal(3, 0.5, shape, options, source);
      });
  row("permutation")
      .inputs(real(-9, 9))
      .dtypes(kAllDTypes)
      .result_dtype(DType::i64)
      .shapes({{0}, {1}, {2}, {17}, {1009}})
      .reference([](const Array& x) { return permuted(x.shape[0]); })
      .gradient(not_differentiable)
      .calls([](const Tensor& x) {
        Generator source = generator();
        return permutation(x.numel(), {.device = x.device()}, source);
      });
  row("multinomial")
      .inputs(real(0.25, 4))
      .result_dtype(DType::i64)
      .shapes({{1}, {5}, {2, 7}, {3, 1, 4}, {0, 3}})
      .reference([](const Array& x) { return multinomial_samples(x, kSamples); })
      .gradient(not_differentiable)
      .calls([](const Tensor& x) {
        Generator source = generator();
        return multinomial(x, kSamples, true, source);
      });
  random_row("randint_u8", kernels::random_integers, DType::u8, integer, integer_call);
  random_row("randint_i32", kernels::random_integers, DType::i32, integer, integer_call);
  random_row("randint_i64", kernels::random_integers, DType::i64, integer, integer_call);

  for (const char* name : {"rand_f32", "randn_f32", "dropout"}) time_row(name, {{{1 << 24}}});
  time_row("randn_f64", {{{1 << 20}}, DType::f64});
  time_row("normal", {{{1 << 20}}, DType::f64});
  time_row("bernoulli", {{{1 << 20}}});
  time_row("permutation", {{{1 << 20}}});
  time_row("multinomial", {{{64, 4096}}});
  time_row("randint_i64", {{{1 << 20}}});
}

}  // namespace tinytorch::conformance
