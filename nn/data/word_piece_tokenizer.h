#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/tensor.h"
#include "nn/data/tokenizer.h"

namespace tinytorch::nn {

struct WordPieceOptions {
  bool lower_case = true;         ///< in lower case without accents, as BERT's uncased models want it
  std::int64_t max_length = 512;  ///< at most so many tokens, with [CLS] and [SEP]
};

/// Several texts of equal length, for a model.
struct PaddedTokens {
  Tensor ids;   ///< i64 [texts, length]; [PAD] after the end of a text
  Tensor mask;  ///< bool [texts, length]; true for the tokens of a text
};

/// The tokenizer of BERT (Devlin et al. 2019). A text is divided at white space, before and after each
/// punctuation mark, and around each Chinese character; control characters are dropped. A word becomes the
/// longest token of the vocabulary that it begins with, the rest of it the longest one that continues a word
/// (those are spelled with ##), and so on; if that fails, or it has more than 100 characters, [UNK].
///
/// ```cpp
/// #include <fstream>
/// const std::string path = std::filesystem::temp_directory_path() / "tinytorch_vocab.txt";
/// std::ofstream(path) << "[PAD]\n[UNK]\n[CLS]\n[SEP]\nun\n##aff\n##able\n!\n";
/// const auto tokenizer = nn::WordPieceTokenizer::load(path);
/// const std::vector<std::int64_t> ids = tokenizer.encode("Unaffable!");  // 2 4 5 6 7 3
/// std::cout << tokenizer.decode(ids);                                    // unaffable !
/// std::cout << tokenizer.encode_batch({"un", "affable"}).ids.shape();    // [2, 3]
/// std::filesystem::remove(path);
/// ```
class WordPieceTokenizer : public Tokenizer {
 public:
  /// Reads a vocab.txt: a token in each line, in the order of their ids.
  /// @throws IoError     the file cannot be read; a line is empty, or there twice; or [PAD], [UNK], [CLS] or
  ///                     [SEP] is missing
  /// @throws ValueError  max_length is less than 2
  static WordPieceTokenizer load(const std::string& path, const WordPieceOptions& options = {});

  /// [CLS], the tokens of the text, and [SEP]. Tokens beyond max_length are dropped.
  std::vector<std::int64_t> encode(std::string_view text) const override;
  /// The encodings of several texts, all as long as the longest one.
  PaddedTokens encode_batch(const std::vector<std::string>& texts) const;
  /// The tokens with spaces between words; without [PAD], [CLS] and [SEP].
  std::string decode(const std::vector<std::int64_t>& ids) const override;
  std::int64_t size() const override { return static_cast<std::int64_t>(tokens_.size()); }

 private:
  explicit WordPieceTokenizer(const WordPieceOptions& options) : options_(options) {}
  std::vector<std::string> words_of(std::string_view text) const;
  void append_pieces(const std::string& word, std::vector<std::int64_t>& ids) const;

  WordPieceOptions options_;
  std::vector<std::string> tokens_;  // by id
  std::unordered_map<std::string, std::int64_t> ids_;
  std::int64_t pad_ = 0, unknown_ = 0, begin_ = 0, end_ = 0;
};

}  // namespace tinytorch::nn
