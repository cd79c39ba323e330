// The checks of module 07: one suite an exercise, named in modules/07_attention/module.json.
#include "modules/07_attention/attention.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "modules/course/check.h"
#include "tests/module_07/reference.h"

namespace attention {
namespace {

using tinytorch::course::check;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN(),
                kInfinity = std::numeric_limits<float>::infinity();

Floats scores_of(const Sizes& s, const Floats& q, const Floats& k) {
  Floats result(static_cast<std::size_t>(s.queries * s.keys), kNaN);
  scores(s, q.data(), k.data(), result.data());
  return result;
}
TEST(Scores, AreProductsOfRows) {
  const Floats q{1, 2, 3, 4}, k{5, 6, 7, 8, 9, 10};
  check("scores with width 2 of", {q, k},
        scores_of({.queries = 2, .keys = 3, .width = 2, .value_width = 1}, q, k),
        Floats{17, 23, 29, 39, 53, 67});
}
TEST(Scores, AreScaled) {
  check("scores with scale 0.5 of", {Floats{4}, Floats{3}},
        scores_of({.queries = 1, .keys = 1, .width = 1, .value_width = 1, .scale = 0.5}, {4}, {3}),
        Floats{6});
}

Floats masked(int queries, int keys, int offset) {
  Floats result(static_cast<std::size_t>(queries * keys), 1);
  causal_mask(
      {.queries = queries, .keys = keys, .width = 1, .value_width = 1, .causal = true, .offset = offset},
      result.data());
  return result;
}
TEST(CausalMask, LetsAQuerySeeItself) {
  check("causal_mask of two queries and keys, all of", {Floats{1}}, masked(2, 2, 0),
        Floats{1, -kInfinity, 1, 1});
}
TEST(CausalMask, CountsFromTheOffset) {
  check("causal_mask of two queries, three keys and offset 1, all of", {Floats{1}}, masked(2, 3, 1),
        Floats{1, 1, -kInfinity, 1, 1, 1});
}
TEST(CausalMask, CanHideAll) {
  check("causal_mask of two queries, two keys and offset -1, all of", {Floats{1}}, masked(2, 2, -1),
        Floats{-kInfinity, -kInfinity, 1, -kInfinity});
}

using Attention = void (*)(const Sizes&, const float*, const float*, const float*, float*);

void check_attention(const char* name, Attention attention, const Sizes& s, float factor = 1) {
  const Operands in(s, factor);
  Floats y(static_cast<std::size_t>(s.queries * s.value_width), kNaN);
  attention(s, in.q.data(), in.k.data(), in.v.data(), y.data());
  check(name, {in.q, in.k, in.v}, y, reference(s, in), 1e-5);
}

TEST(Attend, OfEqualScoresIsTheMean) {
  const Floats q{0}, k{1, 2}, v{10, 20};
  Floats y{kNaN};
  attend({.queries = 1, .keys = 2, .width = 1, .value_width = 1}, q.data(), k.data(), v.data(), y.data());
  check("attend", {q, k, v}, y, Floats{15});
}
TEST(Attend, WeighsByTheSoftmax) {
  check_attention("attend", attend, {.queries = 3, .keys = 4, .width = 5, .value_width = 2});
}
TEST(Attend, ScalesTheScores) {
  check_attention("attend", attend, {.queries = 2, .keys = 4, .width = 3, .value_width = 2, .scale = 3});
}
TEST(Attend, DoesNotOverflow) {
  check_attention("attend", attend, {.queries = 2, .keys = 9, .width = 3, .value_width = 2}, 2000);
}
TEST(Attend, SeesNothingLater) {
  check_attention("attend", attend, {.queries = 4, .keys = 4, .width = 3, .value_width = 2, .causal = true});
}
TEST(Attend, IsZeroWhereNothingIsSeen) {
  check_attention("attend", attend,
                  {.queries = 3, .keys = 3, .width = 2, .value_width = 2, .causal = true, .offset = -2});
}

// Two tokens of two heads with two features: token, head and feature are the digits.
const Floats by_token{0, 1, 10, 11, 100, 101, 110, 111}, by_head{0, 1, 100, 101, 10, 11, 110, 111};

TEST(SplitHeads, KeepsTheFeaturesOfAHeadTogether) {
  Floats y(8, kNaN);
  split_heads(2, 2, 2, by_token.data(), y.data());
  check("split_heads of two tokens, heads and features of", {by_token}, y, by_head);
}
TEST(MergeHeads, IsTheReverse) {
  Floats y(8, kNaN);
  merge_heads(2, 2, 2, by_head.data(), y.data());
  check("merge_heads of two tokens, heads and features of", {by_head}, y, by_token);
}

/// The mean after these scores, with values 1, 2, ...
Floats after(const Floats& scores) {
  Running running;
  running.values = {0};
  float value = 0;
  for (const float score : scores) {
    ++value;
    update(running, score, &value);
  }
  return {static_cast<float>(running.values[0] / running.sum)};
}
Floats mean_of(const Floats& scores) {
  double sum = 0, values = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    sum += std::exp(static_cast<double>(scores[i]) - scores[0]);
    values += std::exp(static_cast<double>(scores[i]) - scores[0]) * static_cast<double>(i + 1);
  }
  return {static_cast<float>(values / sum)};
}
TEST(Update, BeginsWithTheFirst) {
  check("the mean after update of the scores", {Floats{5}}, after({5}), Floats{1});
}
TEST(Update, AddsSmallerScores) {
  const Floats scores{2, 1, 0};
  check("the mean after update of the scores", {scores}, after(scores), mean_of(scores));
}
TEST(Update, RescalesWhatWasThere) {
  const Floats scores{0, 1, 2};
  check("the mean after update of the scores", {scores}, after(scores), mean_of(scores));
}
TEST(Update, DoesNotOverflow) {
  const Floats scores{1000, 1001};
  check("the mean after update of the scores", {scores}, after(scores), mean_of(scores));
}

TEST(AttendOnline, WeighsByTheSoftmax) {
  check_attention("attend_online", attend_online,
                  {.queries = 1, .keys = 40, .width = 5, .value_width = 3, .scale = 2});
}
TEST(AttendOnline, DoesNotOverflow) {
  check_attention("attend_online", attend_online, {.queries = 1, .keys = 9, .width = 3, .value_width = 2},
                  2000);
}
TEST(AttendOnline, BeginsAnewForEachQuery) {
  check_attention("attend_online", attend_online, {.queries = 5, .keys = 2, .width = 3, .value_width = 2},
                  20);
}
TEST(AttendOnline, SeesNothingLater) {
  check_attention("attend_online", attend_online,
                  {.queries = 4, .keys = 4, .width = 3, .value_width = 2, .causal = true});
}
TEST(AttendOnline, IsZeroWhereNothingIsSeen) {
  check_attention("attend_online", attend_online,
                  {.queries = 3, .keys = 3, .width = 2, .value_width = 2, .causal = true, .offset = -2});
}

}  // namespace
}  // namespace attention
