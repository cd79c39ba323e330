#include "nn/data/word_piece_tokenizer.h"

#include <algorithm>
#include <utility>

#include "core/internal/format.h"
#include "core/ops/creation.h"
#include "nn/data/internal/data_reader.h"
#include "nn/data/internal/unicode.h"

namespace tinytorch::nn {
namespace {

/// In ASCII every mark that is no letter or digit, such as $, counts as well.
bool splits_words(char32_t c) {
  return c < 0x80 ? c > ' ' && c < 0x7f && !is_letter(c) && !is_numeric(c) : is_punctuation(c);
}

/// But for tabs and line ends, control characters are dropped.
bool is_dropped(const CodePoint& c) {
  const bool is_white = c.value == '\t' || c.value == '\n' || c.value == '\r';
  return !c.is_valid || c.value == 0xfffd || (is_control(c.value) && !is_white);
}

}  // namespace

WordPieceTokenizer WordPieceTokenizer::load(const std::string& path, const WordPieceOptions& options) {
  constexpr const char* kOp = "WordPieceTokenizer::load";
  if (options.max_length < 2) {
    fail<ValueError>(kOp, "max_length is {}; it must be at least 2, for [CLS] and [SEP]", options.max_length);
  }
  DataReader reader(kOp, path);
  const std::string text = reader.read_rest();
  WordPieceTokenizer tokenizer(options);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string token = text.substr(at, end - at);
    if (token.ends_with('\r')) token.pop_back();
    const std::int64_t line = tokenizer.size() + 1;
    if (token.empty()) reader.file().error("line {} is empty", line);
    const auto [entry, is_new] = tokenizer.ids_.emplace(token, tokenizer.size());
    if (!is_new) reader.file().error("line {} is the same as line {}, '{}'", line, entry->second + 1, token);
    tokenizer.tokens_.push_back(std::move(token));
    at = end + 1;
  }
  const auto id_of = [&](const char* token) {
    const auto found = tokenizer.ids_.find(token);
    if (found == tokenizer.ids_.end()) reader.file().error("lacks the token {}", token);
    return found->second;
  };
  tokenizer.pad_ = id_of("[PAD]");
  tokenizer.unknown_ = id_of("[UNK]");
  tokenizer.begin_ = id_of("[CLS]");
  tokenizer.end_ = id_of("[SEP]");
  return tokenizer;
}

std::vector<std::string> WordPieceTokenizer::words_of(std::string_view text) const {
  std::vector<std::string> words;
  std::string word;
  const auto end_word = [&] {
    if (!word.empty()) words.push_back(std::exchange(word, {}));
  };
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = code_point_at(text, at);
    at += point.size;
    if (is_dropped(point) || (options_.lower_case && is_mark(point.value))) continue;
    const char32_t c = options_.lower_case ? folded(point.value) : point.value;
    const bool is_word = is_ideograph(c) || splits_words(c);
    if (is_word || is_space(c)) end_word();
    if (is_space(c)) continue;
    if (options_.lower_case) {
      append_letters(word, c);
    } else {
      append_utf8(word, c);
    }
    if (is_word) end_word();
  }
  end_word();
  return words;
}

void WordPieceTokenizer::append_pieces(const std::string& word, std::vector<std::int64_t>& ids) const {
  constexpr std::size_t kMostCharacters = 100;
  std::vector<std::size_t> ends;  // of the characters
  for (std::size_t at = 0; at < word.size(); ends.push_back(at)) at += code_point_at(word, at).size;
  if (ends.size() > kMostCharacters) return ids.push_back(unknown_);
  const std::size_t before = ids.size();
  for (std::size_t begin = 0; begin < word.size();) {
    const std::string prefix = begin > 0 ? "##" : "";
    auto end = ends.rbegin();
    auto found = ids_.end();
    for (; end != ends.rend() && *end > begin && found == ids_.end(); ++end) {
      found = ids_.find(prefix + word.substr(begin, *end - begin));
    }
    if (found == ids_.end()) {
      ids.resize(before);
      return ids.push_back(unknown_);
    }
    ids.push_back(found->second);
    begin += tokens_[static_cast<std::size_t>(found->second)].size() - prefix.size();
  }
}

std::vector<std::int64_t> WordPieceTokenizer::encode(std::string_view text) const {
  const auto most = static_cast<std::size_t>(options_.max_length) - 1;  // without [SEP]
  std::vector<std::int64_t> ids{begin_};
  for (const std::string& word : words_of(text)) {
    if (ids.size() >= most) break;
    append_pieces(word, ids);
  }
  ids.resize(std::min(ids.size(), most));
  ids.push_back(end_);
  return ids;
}

PaddedTokens WordPieceTokenizer::encode_batch(const std::vector<std::string>& texts) const {
  std::vector<std::vector<std::int64_t>> rows;
  std::size_t length = 0;
  for (const std::string& text : texts) {
    rows.push_back(encode(text));
    length = std::max(length, rows.back().size());
  }
  const Shape shape{static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(length)};
  PaddedTokens tokens{full(shape, pad_, {.dtype = DType::i64}), zeros(shape, {.dtype = DType::boolean})};
  auto* ids = tokens.ids.data<std::int64_t>();
  auto* mask = tokens.mask.data<bool>();
  for (const std::vector<std::int64_t>& row : rows) {
    std::ranges::copy(row, ids);
    std::fill_n(mask, row.size(), true);
    ids += length;
    mask += length;
  }
  return tokens;
}

std::string WordPieceTokenizer::decode(const std::vector<std::int64_t>& ids) const {
  std::string text;
  for (const std::int64_t id : ids) {
    const std::string& token = tokens_[checked_id("WordPieceTokenizer::decode", id)];
    if (id == pad_ || id == begin_ || id == end_) continue;
    const bool continues = token.starts_with("##");
    if (!continues && !text.empty()) text += ' ';
    text += continues ? token.substr(2) : token;
  }
  return text;
}

}  // namespace tinytorch::nn
