// The checks of module 16: one suite an exercise, named in modules/16_tinygpt/module.json.
#include "modules/16_tinygpt/tinygpt.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "modules/course/check.h"

namespace tinygpt {
namespace {

using tinytorch::course::check;
using Ids = std::vector<int>;
using Merges = std::vector<Merge>;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// A printable byte as a character, other tokens as numbers.
std::string text_of(int token) {
  return token > ' ' && token < 127 ? std::string(1, static_cast<char>(token)) : std::to_string(token);
}
std::string text_of(const Ids& tokens) {
  std::string text;
  for (const int token : tokens) text += (text.empty() ? "" : " ") + text_of(token);
  return "{" + text + "}";
}
std::string text_of(const Merges& merges) {
  std::string text;
  for (const Merge& merge : merges)
    text += (text.empty() ? "" : ", ") + text_of(merge.left) + " " + text_of(merge.right);
  return "{" + text + "}";
}

template <class T>
void check_list(const std::string& call, const T& value, const T& expected) {
  if (value == expected) return SUCCEED();
  FAIL() << call << " is " << text_of(value) << ", expected " << text_of(expected);
}

Ids bytes_of(std::string_view text) {
  Ids tokens;
  for (const char c : text) tokens.push_back(static_cast<unsigned char>(c));
  return tokens;
}

using Counted = std::pair<const char*, std::int64_t>;  // a word and how often it is there

void check_merges(const std::vector<Counted>& text, std::size_t most, std::int64_t minimum,
                  const Merges& expected) {
  std::vector<Word> words;
  std::string list;
  for (const Counted& each : text) {
    words.push_back({.tokens = bytes_of(each.first), .count = each.second});
    list += (list.empty() ? "" : ", ") + std::to_string(each.second) + " x \"" + each.first + "\"";
  }
  check_list("train_merges({" + list + "}, " + std::to_string(most) + ", " + std::to_string(minimum) + ")",
             train_merges(words, most, minimum), expected);
}

TEST(TrainMerges, BeginsWithTheMostFrequentPair) {
  check_merges({{"abxy", 1}, {"xyz", 1}, {"cxy", 1}}, 1, 1, {{'x', 'y'}});
}
TEST(TrainMerges, WeighsByTheCountOfTheWord) {
  check_merges({{"ab", 1}, {"abc", 1}, {"xy", 5}}, 1, 1, {{'x', 'y'}});
}
TEST(TrainMerges, TakesTheSmallerOfEqualPairs) {
  check_merges({{"cd", 2}, {"ab", 2}, {"xy", 2}}, 1, 1, {{'a', 'b'}});
  check_merges({{"ac", 2}, {"ab", 2}}, 1, 1, {{'a', 'b'}});
}
TEST(TrainMerges, CountsAgainAfterAMerge) {
  check_merges({{"abcd", 3}, {"abc", 2}}, 3, 1, {{'a', 'b'}, {256, 'c'}, {257, 'd'}});
}
TEST(TrainMerges, MergesFromTheLeft) { check_merges({{"aaa", 2}}, 2, 1, {{'a', 'a'}, {256, 'a'}}); }
TEST(TrainMerges, StopsAtTheMinimumCount) { check_merges({{"ab", 3}, {"xy", 1}}, 10, 2, {{'a', 'b'}}); }
TEST(TrainMerges, OfNoPairs) {
  check_merges({{"a", 9}, {"", 9}}, 5, 1, {});
  check_merges({}, 5, 1, {});
}

void check_encode(const std::string& word, const Merges& merges, const Ids& expected) {
  check_list("encode(\"" + word + "\", " + text_of(merges) + ")", encode(word, merges), expected);
}
void check_decode(const Ids& tokens, const Merges& merges, const std::string& expected) {
  const std::string text = decode(tokens, merges);
  if (text == expected) return SUCCEED();
  FAIL() << "decode(" << text_of(tokens) << ", " << text_of(merges) << ") is " << text_of(bytes_of(text))
         << ", expected " << text_of(bytes_of(expected));
}

TEST(Encode, OfBytes) { check_encode("hi!", {}, {'h', 'i', '!'}); }
TEST(Encode, OfBytesAbove127) { check_encode("\xC3\xA9", {}, {0xC3, 0xA9}); }
TEST(Encode, MergesEachOccurrence) {
  check_encode("abcab", {{'a', 'b'}}, {256, 'c', 256});
  check_encode("aaa", {{'a', 'a'}}, {256, 'a'});
}
TEST(Encode, UsesMergedTokens) { check_encode("abc", {{'a', 'b'}, {256, 'c'}}, {257}); }
TEST(Encode, AppliesTheMergesInTheOrderOfLearning) {
  check_encode("abc", {{'b', 'c'}, {'a', 'b'}}, {'a', 256});
}
TEST(Encode, OfNothing) { check_encode("", {{'a', 'b'}}, {}); }
TEST(Encode, DecodesBytes) { check_decode({'h', 'i'}, {{'a', 'b'}}, "hi"); }
TEST(Encode, DecodesMergesOfMerges) { check_decode({257, 256, 'd'}, {{'a', 'b'}, {256, 'c'}}, "abcabd"); }
TEST(Encode, RestoresAnyBytes) {
  std::string text;
  for (int byte = 255; byte >= 0; --byte) text += static_cast<char>(byte);
  const Merges merges{{201, 200}, {202, 256}, {'b', 'a'}};
  check_list("encode of all bytes, the largest first, then decode,",
             bytes_of(decode(encode(text, merges), merges)), bytes_of(text));
}

const Floats kTokenTable{1, 2, 3, 4, 5, 6}, kPositionTable{10, 20, 30, 40, 50, 60, 70, 80};

void check_embed(const Ids& tokens, std::size_t first, const Floats& expected) {
  Floats y(2 * tokens.size(), kNaN);
  embed(tokens, first, kTokenTable, kPositionTable, y);
  check(
      "embed of the tokens " + text_of(tokens) + " with first = " + std::to_string(first) + " and the tables",
      {kTokenTable, kPositionTable}, y, expected);
}

TEST(Embed, IsARowForEachToken) {
  const Floats no_positions(8, 0);
  Floats y(6, kNaN);
  embed(Ids{2, 0, 2}, 0, kTokenTable, no_positions, y);
  check("embed of the tokens {2 0 2} and the tables", {kTokenTable, no_positions}, y,
        Floats{5, 6, 1, 2, 5, 6});
}
TEST(Embed, AddsThePosition) { check_embed({1, 1, 0}, 0, {13, 24, 33, 44, 51, 62}); }
TEST(Embed, CountsPositionsFromTheFirst) { check_embed({0, 2}, 2, {51, 62, 75, 86}); }
TEST(Embed, OfNoTokens) { check_embed({}, 0, {}); }

Floats mapped(Floats x, float add, float factor) {
  for (float& each : x) each = (each + add) * factor;
  return x;
}
/// Norms add 1 and 2, attention multiplies by 10, and the feed-forward layers by 100. What they read through
/// their norm is copied to `read`.
BlockParts simple_parts(Floats& read) {
  return {.attention_norm = [](const Floats& x) { return mapped(x, 1, 1); },
          .attention = [](const Floats& x) { return mapped(x, 0, 10); },
          .feed_forward_norm =
              [&read](const Floats& x) {
                read = x;
                return mapped(x, 2, 1);
              },
          .feed_forward = [](const Floats& x) { return mapped(x, 0, 100); }};
}

TEST(TransformerBlock, CallsThePartsInOrder) {
  std::string calls;
  const auto part = [&calls](const char* name) {
    return [&calls, name](const Floats& x) {
      calls += (calls.empty() ? "" : ", ") + std::string(name);
      return x;
    };
  };
  transformer_block({1, 2}, {.attention_norm = part("attention_norm"),
                             .attention = part("attention"),
                             .feed_forward_norm = part("feed_forward_norm"),
                             .feed_forward = part("feed_forward")});
  EXPECT_EQ(calls, "attention_norm, attention, feed_forward_norm, feed_forward")
      << "transformer_block calls its parts in this order";
}
TEST(TransformerBlock, AddsItsInputToAttention) {
  Floats read;
  transformer_block({1, 2}, simple_parts(read));
  check("with x + 1 and 10 x as parts, what feed_forward_norm reads in transformer_block", {Floats{1, 2}},
        read, Floats{21, 32});
}
TEST(TransformerBlock, AddsWhatTheFeedForwardLayersRead) {
  Floats read;
  check("transformer_block with x + 1, 10 x, x + 2 and 100 x as parts, of", {Floats{1, 2}},
        transformer_block({1, 2}, simple_parts(read)), Floats{2321, 3432});
}

/// Numbers in [-1, 1).
Floats fractions(std::size_t size, unsigned seed) {
  Floats values(size);
  for (float& each : values) {
    seed = seed * 1664525 + 1013904223;
    each = static_cast<float>(seed >> 16) / 32768 - 1;
  }
  return values;
}

/// Tokens that come one after another, and attention of the last of them to all.
struct CachedAttention {
  CachedAttention(std::size_t tokens, std::size_t width, std::size_t value_width, double scale)
      : tokens(tokens),
        width(width),
        value_width(value_width),
        scale(scale),
        queries(fractions(tokens * width, 1)),
        keys(fractions(tokens * width, 2)),
        values(fractions(tokens * value_width, 3)) {}

  std::span<const float> row(const Floats& all, std::size_t row, std::size_t columns) const {
    return std::span<const float>(all).subspan(row * columns, columns);
  }
  /// y of the last step.
  Floats result() const {
    Cache cache;
    Floats y;
    for (std::size_t t = 0; t < tokens; ++t) {
      y.assign(value_width, kNaN);
      attend_cached(cache, row(queries, t, width), row(keys, t, width), row(values, t, value_width), scale,
                    y);
    }
    return y;
  }
  Floats expected() const {
    std::vector<long double> weights;
    for (std::size_t j = 0; j < tokens; ++j) {
      long double score = 0;
      for (std::size_t l = 0; l < width; ++l)
        score += static_cast<long double>(queries[(tokens - 1) * width + l]) * keys[j * width + l];
      weights.push_back(std::exp(score * static_cast<long double>(scale)));  // it does not overflow so soon
    }
    Floats y;
    for (std::size_t l = 0; l < value_width; ++l) {
      long double sum = 0, value = 0;
      for (std::size_t j = 0; j < tokens; ++j) {
        sum += weights[j];
        value += weights[j] * values[j * value_width + l];
      }
      y.push_back(static_cast<float>(value / sum));
    }
    return y;
  }
  void check_result() const {
    check("the result of attend_cached for the last of " + std::to_string(tokens) +
              " tokens, with queries, keys and values",
          {queries, keys, values}, result(), expected(), 1e-5);
  }

  std::size_t tokens, width, value_width;
  double scale;
  Floats queries, keys, values;
};

TEST(AttendCached, KeepsKeysAndValues) {
  Cache cache{.keys = {1, 2}, .values = {5, 6}};
  Floats y(2, kNaN);
  attend_cached(cache, Floats{0, 0}, Floats{3, 4}, Floats{7, 8}, 1, y);
  check("the cache's keys, {1, 2} before, after attend_cached with the key", {Floats{3, 4}}, cache.keys,
        Floats{1, 2, 3, 4});
  check("the cache's values, {5, 6} before, after attend_cached with the value", {Floats{7, 8}}, cache.values,
        Floats{5, 6, 7, 8});
  EXPECT_EQ(cache.keys.size() + cache.values.size(), 8U)
      << "the cache has two keys and two values of two elements";
}
TEST(AttendCached, SeesItself) {
  Cache cache;
  Floats y(1, kNaN);
  attend_cached(cache, Floats{1}, Floats{2}, Floats{5}, 1, y);
  check("attend_cached with an empty cache and the value", {Floats{5}}, y, Floats{5});
}
TEST(AttendCached, OfEqualScoresIsTheMean) {
  Cache cache{.keys = {1, 2}, .values = {10, 20}};
  Floats y(1, kNaN);
  attend_cached(cache, Floats{0}, Floats{3}, Floats{60}, 1, y);
  check("attend_cached with equal scores and the values", {Floats{10, 20, 60}}, y, Floats{30});
}
TEST(AttendCached, SeesAllTokensBefore) { CachedAttention(6, 3, 3, 1).check_result(); }
TEST(AttendCached, ScalesTheScores) { CachedAttention(5, 3, 3, 4).check_result(); }
TEST(AttendCached, OfValuesOfAnotherWidth) { CachedAttention(4, 3, 2, 1).check_result(); }
TEST(AttendCached, DoesNotOverflow) { CachedAttention(5, 3, 3, 2000).check_result(); }

/// Logits whose softmax is these probabilities.
Floats logits_of(const Floats& probabilities) {
  Floats logits;
  for (const float each : probabilities) logits.push_back(std::log(each));
  return logits;
}
void check_sample(const std::string& of, const Floats& logits, const Sampling& options, double uniform,
                  int expected) {
  std::string with =
      options.temperature == 1 ? "" : ", temperature " + tinytorch::course::text_of(options.temperature);
  if (options.top_k > 0) with += ", top_k " + std::to_string(options.top_k);
  if (options.top_p < 1) with += ", top_p " + tinytorch::course::text_of(options.top_p);
  check("sample with " + of + with + " and uniform", {uniform}, sample(logits, options, uniform), expected);
}
void check_probable(const Floats& probabilities, const Sampling& options, double uniform, int expected) {
  check_sample("the probabilities " + tinytorch::course::text_of(probabilities), logits_of(probabilities),
               options, uniform, expected);
}
void check_logits(const Floats& logits, const Sampling& options, double uniform, int expected) {
  check_sample("the logits " + tinytorch::course::text_of(logits), logits, options, uniform, expected);
}

TEST(Sample, OfTemperatureZeroIsTheLargest) {
  check_logits({1, 3, 2}, {.temperature = 0}, 0.9, 1);
  check_logits({2, 3, 3}, {.temperature = 0}, 0.9, 1);
}
TEST(Sample, FollowsTheProbabilities) {
  const Floats probabilities{0.2F, 0.5F, 0.3F};
  check_probable(probabilities, {}, 0, 1);
  check_probable(probabilities, {}, 0.45, 1);
  check_probable(probabilities, {}, 0.55, 2);
  check_probable(probabilities, {}, 0.75, 2);
  check_probable(probabilities, {}, 0.85, 0);
  check_logits({5}, {}, 0.999999, 0);
}
TEST(Sample, DividesByTheTemperature) {  // 2/3 and 1/3, or 16/17 and 1/17
  check_probable({0.2F, 0.8F}, {.temperature = 2}, 0.75, 0);
  check_probable({0.2F, 0.8F}, {.temperature = 0.5}, 0.9, 1);
}
TEST(Sample, ChoosesAmongTheKLargest) {  // 4/7 and 3/7 with k = 2
  const Floats probabilities{0.4F, 0.3F, 0.2F, 0.1F};
  check_probable(probabilities, {.top_k = 2}, 0.5, 0);
  check_probable(probabilities, {.top_k = 2}, 0.6, 1);
  check_probable(probabilities, {.top_k = 2}, 0.99, 1);
}
TEST(Sample, ChoosesAmongAllIfKIsLarger) { check_logits({0, 0}, {.top_k = 4}, 0.9, 1); }
TEST(Sample, KeepsTheTokenThatReachesTopP) {
  check_probable({0.5F, 0.3F, 0.2F}, {.top_p = 0.6}, 0.9, 1);
  check_probable({0.5F, 0.3F, 0.2F}, {.top_p = 0.4}, 0.9, 0);
}
TEST(Sample, RenormalizesWhatIsLeft) { check_probable({0.5F, 0.3F, 0.2F}, {.top_p = 0.6}, 0.6, 0); }
TEST(Sample, AppliesTopPAfterTopK) {
  check_probable({0.4F, 0.3F, 0.2F, 0.1F}, {.top_k = 2, .top_p = 0.5}, 0.99, 0);
}
TEST(Sample, AppliesTopPAfterTheTemperature) {
  check_probable({0.2F, 0.8F}, {.temperature = 2, .top_p = 0.75}, 0.99, 0);
}
TEST(Sample, DoesNotOverflow) {
  check_logits({1000, 999}, {}, 0.5, 0);
  check_logits({1000, 999}, {}, 0.9, 1);
  check_logits({-1000, -1001}, {.temperature = 0.01}, 0.9, 0);
}

using Next = std::function<int(std::span<const int>)>;

void check_generate(const Ids& prompt, std::size_t count, std::size_t context, int end,
                    const std::string& rule, const Next& next, const Ids& expected) {
  check_list("generate(" + text_of(prompt) + ", " + std::to_string(count) + ", " + std::to_string(context) +
                 ", " + std::to_string(end) + ") with " + rule + " as the next token",
             generate(prompt, count, context, end, next), expected);
}
int last_plus_one(std::span<const int> tokens) { return tokens.back() + 1; }

TEST(Generate, AppendsTokens) {
  check_generate({1, 2}, 3, 8, 9, "7", [](std::span<const int>) { return 7; }, {1, 2, 7, 7, 7});
}
TEST(Generate, ReadsWhatItWrote) {
  check_generate({1}, 3, 8, 9, "the last plus 1", last_plus_one, {1, 2, 3, 4});
}
TEST(Generate, GivesTheModelTheLastTokens) {
  const auto sum = [](std::span<const int> tokens) {
    int total = 0;
    for (const int token : tokens) total += token;
    return total;
  };
  check_generate({1, 1}, 4, 2, 99, "the sum of those given", sum, {1, 1, 2, 3, 5, 8});
  check_generate({5, 1, 1}, 1, 2, 99, "the sum of those given", sum, {5, 1, 1, 2});
}
TEST(Generate, StopsAtTheEnd) { check_generate({1}, 9, 8, 3, "the last plus 1", last_plus_one, {1, 2, 3}); }
TEST(Generate, OfNoTokens) { check_generate({4, 3}, 0, 8, 3, "the last plus 1", last_plus_one, {4, 3}); }

}  // namespace
}  // namespace tinygpt
