// Module 16: TinyGPT.
//
// A GPT reads tokens and says how probable each token of its vocabulary is as the next one. You write what
// turns text into tokens and back, what is around attention, and what makes text of probabilities.
//
// Each function below is an exercise. Replace its todo() by your code, save, and run
//
//     ./tito module test 16

#include "modules/16_tinygpt/tinygpt.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include "modules/course/todo.h"

using tinytorch::course::todo;

namespace tinygpt {

/// Learns merges for byte pair encoding (Sennrich et al. 2016, section 3.2): again and again, the pair of
/// neighbors that occurs most often becomes a token.
///
///     "low" three times and "lot" once: l and o are neighbors four times and become 256; then 256 and w
///
/// 1. Count each pair of neighbors within a word, as often as the text has the word. In "aaa", a and a are
///    neighbors twice.
/// 2. Choose the pair with the largest count; of several, that of the smallest left token, then of the
///    smallest right token. So the result does not depend on the order of the words.
/// 3. Replace it in all words by the new token, from left to right: "aaa" becomes 256, a.
/// 4. Begin again with counting. End after `most` merges, or when no pair occurs minimum_count times (at
///    least 1).
///
/// Hint: a std::map of pairs has the smallest pair first.
/// @return  the merges, in the order in which they were learned
std::vector<Merge> train_merges(std::vector<Word> words, std::size_t most, std::int64_t minimum_count) {
  // BEGIN SOLUTION train_merges
  std::vector<Merge> merges;
  while (merges.size() < most) {
    std::map<std::pair<int, int>, std::int64_t> counts;
    for (const Word& word : words) {
      for (std::size_t i = 1; i < word.tokens.size(); ++i)
        counts[{word.tokens[i - 1], word.tokens[i]}] += word.count;
    }
    const auto best = std::max_element(counts.begin(), counts.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    if (best == counts.end() || best->second < minimum_count) break;
    const auto [left, right] = best->first;
    const int result = kBytes + static_cast<int>(merges.size());
    for (Word& word : words) {
      std::vector<int> merged;
      for (std::size_t i = 0; i < word.tokens.size(); ++i) {
        const bool is_pair =
            i + 1 < word.tokens.size() && word.tokens[i] == left && word.tokens[i + 1] == right;
        merged.push_back(is_pair ? result : word.tokens[i]);
        if (is_pair) ++i;
      }
      word.tokens = std::move(merged);
    }
    merges.push_back({left, right});
  }
  return merges;
  // END SOLUTION
}

/// The tokens of a word: its bytes, on which the merges are applied.
///
///     merges {b, c}, {a, b}: "abc" is a, 256. For "ab" it is 257.
///
/// 1. A byte is a token from 0 to 255. A char may be negative: convert it to unsigned char first.
/// 2. Apply the merges in the order of learning, each wherever its pair is, from left to right. What comes
///    first in the word does not matter: a later merge may need the result of an earlier one, never the
///    other way round.
std::vector<int> encode(std::string_view word, std::span<const Merge> merges) {
  // BEGIN SOLUTION encode
  std::vector<int> tokens;
  for (const char c : word) tokens.push_back(static_cast<unsigned char>(c));
  for (std::size_t m = 0; m < merges.size(); ++m) {
    std::vector<int> merged;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const bool is_pair =
          i + 1 < tokens.size() && tokens[i] == merges[m].left && tokens[i + 1] == merges[m].right;
      merged.push_back(is_pair ? kBytes + static_cast<int>(m) : tokens[i]);
      if (is_pair) ++i;
    }
    tokens = std::move(merged);
  }
  return tokens;
  // END SOLUTION
}

/// The bytes of the tokens, one after another: the reverse of encode. (Its checks are those of the same
/// exercise.)
///
/// 1. A token below kBytes is a byte. The text of token kBytes + m is that of merges[m].left, then that of
///    merges[m].right, which are both made by earlier merges, or bytes.
std::string decode(std::span<const int> tokens, std::span<const Merge> merges) {
  // BEGIN SOLUTION encode
  std::vector<std::string> texts;
  for (int byte = 0; byte < kBytes; ++byte) texts.emplace_back(1, static_cast<char>(byte));
  for (const Merge& merge : merges) {
    texts.push_back(texts[static_cast<std::size_t>(merge.left)] +
                    texts[static_cast<std::size_t>(merge.right)]);
  }
  std::string text;
  for (const int token : tokens) text += texts[static_cast<std::size_t>(token)];
  return text;
  // END SOLUTION
}

/// What the first block reads, y [tokens, width]: for each token its row of token_table [vocabulary, width]
/// plus the row of position_table [context, width] for its position. The first token has the position
/// `first`: the others before are in a cache.
///
///     token_table = {{1, 2}, {3, 4}}, position_table = {{10, 20}, {30, 40}, {50, 60}}, first = 1:
///     the tokens {1, 0} give {{33, 44}, {51, 62}}
///
/// 1. The width is y.size() / tokens.size(). There may be no tokens.
void embed(std::span<const int> tokens, std::size_t first, std::span<const float> token_table,
           std::span<const float> position_table, std::span<float> y) {
  // BEGIN SOLUTION embed
  if (tokens.empty()) return;
  const std::size_t width = y.size() / tokens.size();
  for (std::size_t t = 0; t < tokens.size(); ++t) {
    const auto token = static_cast<std::size_t>(tokens[t]);
    for (std::size_t l = 0; l < width; ++l)
      y[t * width + l] = token_table[token * width + l] + position_table[(first + t) * width + l];
  }
  // END SOLUTION
}

/// The forward pass of a transformer block, as in GPT-2 (Radford et al. 2019, section 2.3): both of its
/// branches normalize what they read, and add to what comes in.
///
///     h = x + attention(attention_norm(x))
///     y = h + feed_forward(feed_forward_norm(h))
///
/// 1. Call each part once. All of them return as many values as they get.
/// 2. What is added to is x itself, and h itself, not what the normalization made of it.
Floats transformer_block(const Floats& x, const BlockParts& parts) {
  // BEGIN SOLUTION transformer_block
  Floats h = parts.attention(parts.attention_norm(x));
  for (std::size_t i = 0; i < x.size(); ++i) h[i] += x[i];
  Floats y = parts.feed_forward(parts.feed_forward_norm(h));
  for (std::size_t i = 0; i < x.size(); ++i) y[i] += h[i];
  return y;
  // END SOLUTION
}

/// Attention of one new token: its query sees the keys of all tokens before it, and its own. y, as long as a
/// value, is their values' mean, weighted by the softmax of scale times the product of query and key.
///
///     an empty cache, value = {5}: y is {5}, whatever query and key are; then the cache has a key and a
///     value
///
/// 1. Append the key and the value to the cache first: the token sees itself.
/// 2. Then attend to all that is in the cache: scores, the largest, exponentials of score minus largest, as
///    in module 07. There is no mask, as nothing later is there.
/// 3. Row j of the keys begins at j * key.size(), row j of the values at j * value.size(). Add up in double.
void attend_cached(Cache& cache, std::span<const float> query, std::span<const float> key,
                   std::span<const float> value, double scale, std::span<float> y) {
  // BEGIN SOLUTION attend_cached
  cache.keys.insert(cache.keys.end(), key.begin(), key.end());
  cache.values.insert(cache.values.end(), value.begin(), value.end());
  std::vector<double> weights(cache.keys.size() / key.size());
  for (std::size_t j = 0; j < weights.size(); ++j) {
    double product = 0;
    for (std::size_t l = 0; l < key.size(); ++l)
      product += static_cast<double>(query[l]) * cache.keys[j * key.size() + l];
    weights[j] = scale * product;
  }
  const double largest = *std::max_element(weights.begin(), weights.end());
  double sum = 0;
  for (double& weight : weights) sum += weight = std::exp(weight - largest);
  for (std::size_t l = 0; l < y.size(); ++l) {
    double mean = 0;
    for (std::size_t j = 0; j < weights.size(); ++j) mean += weights[j] * cache.values[j * value.size() + l];
    y[l] = static_cast<float>(mean / sum);
  }
  // END SOLUTION
}

/// Chooses a token by its logits and a number in [0, 1): with many uniform numbers, each token as often as
/// it is probable.
///
///     logits {ln 1, ln 5, ln 4} have the probabilities 0.5 (token 1), 0.4 (token 2) and 0.1 (token 0):
///     uniform = 0.7 is beyond 0.5, but not beyond 0.9, and gives token 2
///
/// 1. With a temperature of 0: the index of the largest logit; of several, the first.
/// 2. Order the tokens by their logits, the largest first; of equal ones, the first. Keep top_k of them.
/// 3. Their probabilities: the softmax of logit / temperature, of those that were kept. Subtract the largest
///    logit before the division.
/// 4. Of these keep the first that together reach top_p: as long as the sum is below, the next one is kept,
///    too.
/// 5. Divide the interval from 0 to 1 among those that are left, by their probabilities. Return the token in
///    whose part `uniform` is; the last one, if rounding leaves none.
///
/// Hint: renormalize by comparing with uniform times the sum of what is left.
int sample(std::span<const float> logits, const Sampling& options, double uniform) {
  // BEGIN SOLUTION sample
  std::vector<int> order(logits.size());
  std::iota(order.begin(), order.end(), 0);
  const auto logit = [&](int token) -> double { return logits[static_cast<std::size_t>(token)]; };
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return logit(a) > logit(b); });
  if (options.temperature == 0) return order[0];
  if (options.top_k > 0 && options.top_k < order.size()) order.resize(options.top_k);
  std::vector<double> weights;
  for (const int token : order)
    weights.push_back(std::exp((logit(token) - logit(order[0])) / options.temperature));
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::size_t size = 0;
  double kept = 0;
  while (size < weights.size() && kept < options.top_p * sum) kept += weights[size++];
  double rest = uniform * kept;
  for (std::size_t i = 0; i + 1 < size; ++i) {
    if (rest < weights[i]) return order[i];
    rest -= weights[i];
  }
  return order[size - 1];
  // END SOLUTION
}

/// Continues a text of tokens by `count` further ones, or by fewer if the token `end` comes.
///
///     next = the last token plus 1: generate({1}, 3, 8, 9, next) is {1, 2, 3, 4}
///
/// 1. next(tokens) chooses the token that follows. The model behind it reads at most `context` tokens: give
///    it the last ones.
/// 2. Append what it chose, and return all tokens, also those that the model does not see any more.
/// 3. If it is `end`, it is the last.
std::vector<int> generate(std::vector<int> tokens, std::size_t count, std::size_t context, int end,
                          const std::function<int(std::span<const int>)>& next) {
  // BEGIN SOLUTION generate
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t size = std::min(context, tokens.size());
    const int token = next(std::span<const int>(tokens).last(size));
    tokens.push_back(token);
    if (token == end) break;
  }
  return tokens;
  // END SOLUTION
}

}  // namespace tinygpt
