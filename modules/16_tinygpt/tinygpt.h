#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// What module 16 writes: tinygpt_dev.cpp defines the functions. Arrays are contiguous, row after row.
namespace tinygpt {

using Floats = std::vector<float>;

/// The tokens 0 ... 255 are bytes.
inline constexpr int kBytes = 256;

/// A word of a text as tokens, and how often the text has it.
struct Word {
  std::vector<int> tokens;
  std::int64_t count = 1;
};

/// Two neighbors that become one token. The first merge that is learned makes the token kBytes, the next
/// kBytes + 1.
struct Merge {
  int left, right;
  bool operator==(const Merge&) const = default;
};

std::vector<Merge> train_merges(std::vector<Word> words, std::size_t most, std::int64_t minimum_count);
std::vector<int> encode(std::string_view word, std::span<const Merge> merges);
std::string decode(std::span<const int> tokens, std::span<const Merge> merges);

void embed(std::span<const int> tokens, std::size_t first, std::span<const float> token_table,
           std::span<const float> position_table, std::span<float> y);

/// What a transformer block is made of, each a function of all tokens' features.
struct BlockParts {
  std::function<Floats(const Floats&)> attention_norm, attention, feed_forward_norm, feed_forward;
};
Floats transformer_block(const Floats& x, const BlockParts& parts);

/// The keys and the values of earlier tokens, for one head: [tokens, width] and [tokens, value width].
struct Cache {
  Floats keys, values;
};
void attend_cached(Cache& cache, std::span<const float> query, std::span<const float> key,
                   std::span<const float> value, double scale, std::span<float> y);

/// How a token is chosen.
struct Sampling {
  double temperature = 1;  ///< 0: the token with the largest logit
  std::size_t top_k = 0;   ///< chooses among so many of the largest logits; 0: among all
  double top_p = 1;        ///< chooses among the most probable tokens that have this probability together
};
int sample(std::span<const float> logits, const Sampling& options, double uniform);

std::vector<int> generate(std::vector<int> tokens, std::size_t count, std::size_t context, int end,
                          const std::function<int(std::span<const int>)>& next);

}  // namespace tinygpt
