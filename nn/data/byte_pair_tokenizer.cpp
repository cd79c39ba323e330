#include "nn/data/byte_pair_tokenizer.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <queue>
#include <tuple>
#include <unordered_set>

#include "core/internal/format.h"
#include "nn/data/internal/byte_pairs.h"
#include "nn/data/internal/unicode.h"

namespace tinytorch::nn {
namespace {

void check_options(const BytePairOptions& options) {
  const auto least = static_cast<std::int64_t>(256 + options.special_tokens.size());
  if (options.vocabulary_size < least || options.vocabulary_size > std::numeric_limits<std::int32_t>::max()) {
    fail<ValueError>(
        "BytePairTokenizer::train",
        "vocabulary_size is {}; it must be at least {}, for the bytes and the special tokens, and "
        "at most 2^31 - 1",
        options.vocabulary_size, least);
  }
  if (options.minimum_count < 1) {
    fail<ValueError>("BytePairTokenizer::train", "minimum_count is {}; it must be positive",
                     options.minimum_count);
  }
  for (const std::string& token : options.special_tokens) {
    if (token.empty()) fail<ValueError>("BytePairTokenizer::train", "a special token is empty");
    for (std::size_t at = 0; at < token.size();) {
      const CodePoint c = code_point_at(token, at);
      if (!c.is_valid) fail<ValueError>("BytePairTokenizer::train", "a special token is not UTF-8");
      at += c.size;
    }
  }
}

/// The special tokens, the longest first.
std::vector<std::string> longest_first(std::vector<std::string> tokens) {
  std::ranges::stable_sort(tokens, std::greater(), &std::string::size);
  return tokens;
}

/// The tokens of a word while they are merged: a list.
struct WordToken {
  std::uint32_t id;
  std::size_t previous, next;  // kNoToken at the ends
};
constexpr std::size_t kNoToken = std::numeric_limits<std::size_t>::max();

/// A pair of neighbors that can be merged.
struct PossibleMerge {
  std::size_t rank, at;  // at: the left token's position
  std::uint32_t left, right, result;
  bool operator>(const PossibleMerge& other) const {
    return std::tie(rank, at) > std::tie(other.rank, other.at);
  }
};

}  // namespace

BytePairTokenizer BytePairTokenizer::train(std::string_view text, const BytePairOptions& options) {
  check_options(options);
  BytePairTrainer trainer;
  for (const Segment& segment : split_at_special(text, longest_first(options.special_tokens))) {
    if (!segment.special) trainer.add(segment.text);
  }
  const std::size_t size = static_cast<std::size_t>(options.vocabulary_size) - options.special_tokens.size();
  LearnedTokens learned = trainer.train(size, options.minimum_count);

  BytePairTokenizer tokenizer;
  tokenizer.tokens_ = std::move(learned.tokens);
  for (const LearnedMerge& merge : learned.merges) tokenizer.add_merge(merge.left, merge.right, merge.result);
  for (Id id = 0; const unsigned char byte : gpt2_bytes()) tokenizer.byte_ids_[byte] = id++;

  std::unordered_set<std::string> spellings;
  for (const std::string& token : tokenizer.tokens_) spellings.insert(gpt2_spelling(token));
  std::vector<std::pair<std::string, Id>> special;
  for (const std::string& token : options.special_tokens) {
    if (!spellings.insert(token).second) {
      fail<ValueError>("BytePairTokenizer::train", "the special token '{}' has the spelling of another token",
                       token);
    }
    special.emplace_back(token, static_cast<Id>(tokenizer.tokens_.size()));
    tokenizer.tokens_.push_back(token);
  }
  tokenizer.set_special(std::move(special));
  return tokenizer;
}

void BytePairTokenizer::add_merge(Id left, Id right, Id result) {
  merge_of_.emplace(key(left, right), Merge{merges_.size(), result});
  merges_.emplace_back(left, right);
}

void BytePairTokenizer::set_special(std::vector<std::pair<std::string, Id>> special) {
  std::ranges::stable_sort(special, std::greater(), [](const auto& each) { return each.first.size(); });
  for (auto& [text, id] : special) {
    special_texts_.push_back(std::move(text));
    special_ids_.push_back(id);
  }
}

std::vector<std::int64_t> BytePairTokenizer::encode(std::string_view text) const {
  std::vector<std::int64_t> ids;
  for (const Segment& segment : split_at_special(text, special_texts_)) {
    if (segment.special) {
      ids.push_back(special_ids_[*segment.special]);
    } else {
      append_words(segment.text, ids);
    }
  }
  return ids;
}

/// A word that occurs again has the ids that it had before.
void BytePairTokenizer::append_words(std::string_view text, std::vector<std::int64_t>& ids) const {
  struct Range {
    std::size_t begin, end;  // in ids
  };
  std::unordered_map<std::string_view, Range> seen;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view word = text.substr(at, gpt2_word_end(text, at) - at);
    const auto [entry, is_new] = seen.try_emplace(word);
    Range& range = entry->second;
    if (is_new) {
      range.begin = ids.size();
      append_word(word, ids);
      range.end = ids.size();
    } else {
      for (std::size_t i = range.begin; i < range.end; ++i) ids.push_back(ids[i]);
    }
    at += word.size();
  }
}

/// Merges the pair of the lowest rank wherever it occurs, from left to right, until no pair has a rank. The
/// queue makes it n log n for a word of n bytes.
void BytePairTokenizer::append_word(std::string_view word, std::vector<std::int64_t>& ids) const {
  std::vector<WordToken> tokens;
  for (std::size_t i = 0; i < word.size(); ++i) {
    tokens.push_back({byte_ids_[static_cast<unsigned char>(word[i])], i == 0 ? kNoToken : i - 1,
                      i + 1 == word.size() ? kNoToken : i + 1});
  }
  std::priority_queue<PossibleMerge, std::vector<PossibleMerge>, std::greater<>> queue;
  const auto consider = [&](std::size_t at) {
    if (at == kNoToken || tokens[at].next == kNoToken) return;
    const Id left = tokens[at].id, right = tokens[tokens[at].next].id;
    const auto found = merge_of_.find(key(left, right));
    if (found != merge_of_.end()) queue.push({found->second.rank, at, left, right, found->second.result});
  };
  constexpr Id kMerged = std::numeric_limits<Id>::max();  // into the token before
  const auto merge = [&](const PossibleMerge& pair) {
    WordToken& left = tokens[pair.at];
    if (left.id != pair.left || left.next == kNoToken || tokens[left.next].id != pair.right) return;
    tokens[left.next].id = kMerged;
    left.id = pair.result;
    left.next = tokens[left.next].next;
    if (left.next != kNoToken) tokens[left.next].previous = pair.at;
    consider(left.previous);
    consider(pair.at);
  };
  for (std::size_t i = 0; i < tokens.size(); ++i) consider(i);
  while (!queue.empty()) {
    // What these merges make possible comes after all of them, even at a lower rank.
    std::vector<PossibleMerge> same_rank;
    for (const std::size_t rank = queue.top().rank; !queue.empty() && queue.top().rank == rank; queue.pop()) {
      same_rank.push_back(queue.top());
    }
    for (const PossibleMerge& pair : same_rank) merge(pair);
  }
  for (std::size_t i = 0; i != kNoToken; i = tokens[i].next) ids.push_back(tokens[i].id);
}

std::string BytePairTokenizer::decode(const std::vector<std::int64_t>& ids) const {
  std::string text;
  for (const std::int64_t id : ids) text += tokens_[checked_id("BytePairTokenizer::decode", id)];
  return text;
}

const std::string& BytePairTokenizer::token(std::int64_t id) const {
  return tokens_[checked_id("BytePairTokenizer::token", id)];
}

std::int64_t BytePairTokenizer::special_id(std::string_view text) const {
  const auto found = std::ranges::find(special_texts_, text);
  if (found == special_texts_.end()) {
    fail<ValueError>("BytePairTokenizer::special_id", "there is no special token '{}'", text);
  }
  return special_ids_[static_cast<std::size_t>(found - special_texts_.begin())];
}

}  // namespace tinytorch::nn
