#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "nn/data/tokenizer.h"

namespace tinytorch::nn {

struct BytePairOptions {
  std::int64_t vocabulary_size = 1000;           ///< at most: bytes, merges and special tokens
  std::int64_t minimum_count = 2;                ///< a pair that occurs less often is not merged
  std::vector<std::string> special_tokens = {};  ///< texts that are one token each, such as <|endoftext|>
};

/// Byte-level byte pair encoding, as in GPT-2 (Radford et al. 2019; Sennrich et al. 2016). A text is divided
/// into words as GPT-2 does it, a space being the beginning of the next word. A word begins as bytes; pairs
/// of neighbors become one token, in the order in which the merges were learned. Every text has an encoding,
/// also one that is not UTF-8, and decode() restores it byte for byte.
///
/// ```cpp
/// const auto tokenizer = nn::BytePairTokenizer::train("low lower lowest low", {.vocabulary_size = 259});
/// std::cout << tokenizer.token(256);             // lo: the most frequent pair
/// std::cout << tokenizer.encode("low").size();   // 1
/// std::cout << tokenizer.decode(tokenizer.encode("slow"));
/// ```
class BytePairTokenizer : public Tokenizer {
 public:
  /// Learns merges: again and again, the pair of tokens that occurs most often within the words of the text
  /// becomes a token; of several such pairs, that of the smallest left id, then of the smallest right id. The
  /// ids 0 to 255 are the bytes in the order of GPT-2 (printable ones first); then come the merges, then the
  /// special tokens, at which the text is divided before. The vocabulary stays smaller if there are no more
  /// pairs. A text of 1 MB with 2000 merges takes less than a second.
  /// @throws ValueError  vocabulary_size is less than 256 and the special tokens or above 2^31 - 1,
  ///                     minimum_count is not positive, a special token is empty or not UTF-8, or has the
  ///                     spelling of another token
  static BytePairTokenizer train(std::string_view text, const BytePairOptions& options = {});

  /// Reads GPT-2's files: a JSON object with the ids of all tokens, and a text with a merge in each line.
  /// Tokens that are neither a byte nor the result of a merge, such as <|endoftext|>, are special.
  /// @throws IoError  a file cannot be read or is malformed; or the two do not fit
  static BytePairTokenizer load_gpt2(const std::string& vocab_path, const std::string& merges_path);

  /// Writes the vocabulary as JSON: {"merges": ["l o", ...], "vocab": {"!": 0, ...}}, where tokens are
  /// spelled as in GPT-2's files. As save_npy(), it replaces the file at `path` by a whole one.
  /// @throws IoError  the file cannot be written
  void save(const std::string& path) const;
  /// Reads what save() wrote.
  /// @throws IoError  the file cannot be read or is malformed
  static BytePairTokenizer load(const std::string& path);

  /// Special tokens in the text become their ids.
  std::vector<std::int64_t> encode(std::string_view text) const override;
  /// The bytes of the tokens; an incomplete sequence of ids can end within a character of UTF-8.
  std::string decode(const std::vector<std::int64_t>& ids) const override;
  std::int64_t size() const override { return static_cast<std::int64_t>(tokens_.size()); }

  /// The bytes of a token.
  /// @throws ValueError  id is out of range
  const std::string& token(std::int64_t id) const;
  /// The id of a special token.
  /// @throws ValueError  there is no such special token
  std::int64_t special_id(std::string_view text) const;

 private:
  using Id = std::uint32_t;
  struct Merge {
    std::size_t rank;  // the first is 0
    Id result;
  };
  friend class BytePairReader;

  BytePairTokenizer() = default;
  static std::uint64_t key(Id left, Id right) { return std::uint64_t{left} << 32 | right; }
  void add_merge(Id left, Id right, Id result);
  void set_special(std::vector<std::pair<std::string, Id>> special);
  void append_words(std::string_view text, std::vector<std::int64_t>& ids) const;
  void append_word(std::string_view word, std::vector<std::int64_t>& ids) const;

  std::vector<std::string> tokens_;                    // their bytes, by id
  std::vector<std::pair<Id, Id>> merges_;              // by rank
  std::unordered_map<std::uint64_t, Merge> merge_of_;  // by key()
  std::array<Id, 256> byte_ids_{};
  std::vector<std::string> special_texts_;  // longer ones first
  std::vector<Id> special_ids_;             // in the same order
};

}  // namespace tinytorch::nn
