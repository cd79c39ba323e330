// The checks of module 10: one suite an exercise, named in modules/10_optimizers/module.json.
#include "modules/10_optimizers/optimizers.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "modules/course/check.h"

namespace optimizers {
namespace {

using tinytorch::course::check;
using Values = std::vector<float>;

Values after_sgd(Values p, const Values& g, double rate) {
  sgd(p, g, rate);
  return p;
}

TEST(Sgd, MovesAgainstTheGradient) {
  check("p - 1 g after sgd of", {Values{1, 1}, Values{2, -3}}, after_sgd({1, 1}, {2, -3}, 1), Values{-1, 4});
}
TEST(Sgd, ScalesByTheRate) {
  check("p - 0.5 g after sgd of", {Values{1, 1}, Values{2, -3}}, after_sgd({1, 1}, {2, -3}, 0.5),
        Values{0, 2.5F});
}

TEST(Momentum, BeginsAsSgd) {
  Values p{1, 1}, v{0, 0};
  momentum(p, Values{2, -3}, v, 0.5, 0.9);
  check("the first step of momentum from", {Values{1, 1}, Values{2, -3}}, p, Values{0, 2.5F});
}
TEST(Momentum, RemembersTheVelocity) {
  Values p{1}, v{0};
  momentum(p, Values{2}, v, 0.5, 0.5);
  momentum(p, Values{0}, v, 0.5, 0.5);  // no gradient any more: it rolls on
  check("two steps of momentum from", {Values{1}, Values{2}}, p, Values{-0.5F});
  check("the velocity after them", {Values{2}}, v, Values{1});
}

using Adam = std::function<void(std::span<float>, std::span<const float>, std::span<float>, std::span<float>,
                                const AdamOptions&, std::int64_t)>;

/// The parameter after steps with these gradients.
float after(const Adam& step, float p, const Values& gradients, const AdamOptions& options) {
  Values parameter{p}, mean{0}, squares{0};
  for (std::size_t i = 0; i < gradients.size(); ++i)
    step(parameter, Values{gradients[i]}, mean, squares, options, static_cast<std::int64_t>(i) + 1);
  return parameter[0];
}

TEST(Adam, BeginsWithTheRateInEachDirection) {
  for (const float g : {2.0F, -3.0F, 0.1F}) {
    check("the first step of adam by the gradient", {g}, after(adam, 1, {g}, {.rate = 0.1}) - 1,
          g > 0 ? -0.1 : 0.1, 1e-4);
  }
}
TEST(Adam, AddsEpsilonToTheRoot) {
  check("the first step of adam with epsilon 3 by the gradient", {1},
        after(adam, 0, {1}, {.rate = 1, .epsilon = 3}), -0.25);
}
TEST(Adam, KeepsTheMeans) {
  // m = 0.1, then 0.09; v = 0.001, then 0.000999: the second step is by 0.09 / 0.19 over the root of 0.000999
  // / 0.001999.
  const double second = 0.09 / 0.19 / std::sqrt(0.000999 / 0.001999);
  check("two steps of adam by the gradients", {1, 0}, after(adam, 0, {1, 0}, {.rate = 1}), -1 - second, 1e-5);
}

TEST(Adamw, IsAdamWithoutDecay) {
  const double second = 0.09 / 0.19 / std::sqrt(0.000999 / 0.001999);
  check("two steps of adamw by the gradients", {1, 0}, after(adamw, 0, {1, 0}, {.rate = 1}), -1 - second,
        1e-5);
}
TEST(Adamw, DecaysWithoutAGradient) {
  check("a step of adamw from 2 with rate 1 and decay 0.25 by the gradient", {0},
        after(adamw, 2, {0}, {.rate = 1, .decay = 0.25}), 1.5);
}
TEST(Adamw, ScalesTheDecayByTheRate) {
  check("a step of adamw from 2 with rate 0.1 and decay 0.25 by the gradient", {0},
        after(adamw, 2, {0}, {.rate = 0.1, .decay = 0.25}), 1.95);
}

TEST(CosineRate, BeginsAtTheBase) { check("cosine_rate", {3, 1, 0, 100}, cosine_rate(3, 1, 0, 100), 3); }
TEST(CosineRate, EndsAtTheLowest) { check("cosine_rate", {3, 1, 100, 100}, cosine_rate(3, 1, 100, 100), 1); }
TEST(CosineRate, IsACurve) {
  check("cosine_rate", {1, 0, 50, 100}, cosine_rate(1, 0, 50, 100), 0.5);
  check("cosine_rate", {1, 0, 25, 100}, cosine_rate(1, 0, 25, 100), (1 + std::sqrt(0.5)) / 2);
}

Values clipped(Values gradient, double longest) {
  clip(gradient, longest);
  return gradient;
}

TEST(Clip, ShortensALongGradient) {
  check("clip to 1 of", {Values{30, 40}},
        Values{std::hypot(clipped({30, 40}, 1)[0], clipped({30, 40}, 1)[1])}, Values{1});
}
TEST(Clip, KeepsTheDirection) {
  check("clip to 1 of", {Values{3, 4}}, clipped({3, 4}, 1), Values{0.6F, 0.8F});
}
TEST(Clip, LeavesAShortGradient) {
  check("clip to 10 of", {Values{3, 4}}, clipped({3, 4}, 10), Values{3, 4});
}
TEST(Clip, ReturnsTheNormBefore) {
  Values gradient{3, 4};
  check("the result of clip to 1 of {3, 4}, once", {1}, clip(gradient, 1), 5);
}
TEST(Clip, DoesNotOverflow) {
  check("clip to 1 of", {Values{3e30F, 4e30F}}, clipped({3e30F, 4e30F}, 1), Values{0.6F, 0.8F});
}

}  // namespace
}  // namespace optimizers
