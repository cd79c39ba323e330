#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

/// What byte pair encoding is made of: GPT-2's words, its spelling of bytes, and the training.
namespace tinytorch::nn {

/// Where the word that begins at `at` ends. GPT-2's words are what this regular expression matches:
/// 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+. A byte that is not UTF-8 is
/// no letter, number or space.
/// @param at  less than text.size()
std::size_t gpt2_word_end(std::string_view text, std::size_t at);

/// The bytes in the order of their ids in GPT-2: printable ones first.
std::array<unsigned char, 256> gpt2_bytes();
/// A token as GPT-2's files spell it: each byte is a printable character.
std::string gpt2_spelling(std::string_view bytes);

/// A part of a text: a special token, or what is between two.
struct Segment {
  std::string_view text;
  std::optional<std::size_t> special;  ///< which one it is
};
/// @param special  of two that begin at the same byte, the earlier in this list counts
std::vector<Segment> split_at_special(std::string_view text, std::span<const std::string> special);

using TokenId = std::uint32_t;

struct LearnedMerge {
  TokenId left, right, result;
};

/// What BytePairTrainer learns.
struct LearnedTokens {
  std::vector<std::string> tokens;  ///< their bytes, by id
  std::vector<LearnedMerge> merges;
};

/// Learns the merges of words; see BytePairTokenizer::train().
class BytePairTrainer {
 public:
  /// Adds the words of a text.
  void add(std::string_view text);
  /// @param size  the most tokens, at least 256
  LearnedTokens train(std::size_t size, std::int64_t minimum_count) const;

 private:
  std::unordered_map<std::string, std::int64_t> counts_;  // of words
};

}  // namespace tinytorch::nn
