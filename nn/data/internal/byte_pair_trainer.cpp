#include <algorithm>
#include <numeric>
#include <queue>
#include <set>
#include <tuple>
#include <utility>

#include "core/internal/format.h"
#include "nn/data/internal/byte_pairs.h"
#include "nn/hooks.h"

namespace tinytorch::nn {
namespace {

/// Words as tokens, with the number of occurrences of each pair of neighbors, which every merge changes only
/// where it happens.
class PairCounts {
 public:
  struct Pair {
    TokenId left, right;
    bool operator==(const Pair&) const = default;
    bool operator<(const Pair& other) const {
      return std::tie(left, right) < std::tie(other.left, other.right);
    }
  };

  void add_word(std::vector<TokenId> tokens, std::int64_t count) {
    const std::size_t index = words_.size();
    for (std::size_t i = 1; i < tokens.size(); ++i) change({tokens[i - 1], tokens[i]}, count, index);
    words_.push_back({std::move(tokens), count});
  }

  /// Removes and returns the pair that occurs most often; of several, the least.
  /// @return  nothing if no pair occurs minimum_count times
  std::optional<Pair> most_frequent(std::int64_t minimum_count) {
    update_queue();
    while (!queue_.empty()) {
      const Candidate best = queue_.top();
      queue_.pop();
      const auto found = pairs_.find(key(best.pair));
      if (found == pairs_.end()) continue;
      const std::int64_t count = found->second.count;
      if (count == best.count) return count >= minimum_count ? std::optional(best.pair) : std::nullopt;
      if (count > 0) queue_.push({count, best.pair});  // it has changed since
    }
    return {};
  }

  void merge(Pair pair, TokenId result) {
    const std::vector<std::size_t> indices = std::move(pairs_[key(pair)].words);
    for (const std::size_t index : indices) merge_in_word(index, pair, result);
    pairs_.erase(key(pair));
  }

 private:
  struct Word {
    std::vector<TokenId> tokens;
    std::int64_t count;
  };
  struct Occurrences {
    std::int64_t count = 0;
    std::vector<std::size_t> words;  // that have the pair, or had it
  };
  struct Candidate {
    std::int64_t count;  // when it was put into the queue
    Pair pair;
    bool operator<(const Candidate& other) const {
      return count != other.count ? count < other.count : other.pair < pair;
    }
  };

  static std::uint64_t key(Pair pair) { return std::uint64_t{pair.left} << 32 | pair.right; }

  void change(Pair pair, std::int64_t by, std::size_t word) {
    Occurrences& occurrences = pairs_[key(pair)];
    occurrences.count += by;
    if (by < 0) return;
    if (occurrences.words.empty() || occurrences.words.back() != word) occurrences.words.push_back(word);
    grown_.push_back(pair);
  }

  void update_queue() {
    std::sort(grown_.begin(), grown_.end());
    grown_.erase(std::unique(grown_.begin(), grown_.end()), grown_.end());
    for (const Pair& pair : grown_) {
      const auto found = pairs_.find(key(pair));
      if (found != pairs_.end() && found->second.count > 0) queue_.push({found->second.count, pair});
    }
    grown_.clear();
  }

  void merge_in_word(std::size_t index, Pair pair, TokenId result) {
    std::vector<TokenId>& tokens = words_[index].tokens;
    const std::int64_t count = words_[index].count;
    const auto replace = [&](Pair old, Pair by) {
      change(old, -count, index);
      change(by, count, index);
    };
    std::size_t out = 0;
    for (std::size_t in = 0; in < tokens.size();) {
      if (in + 1 == tokens.size() || tokens[in] != pair.left || tokens[in + 1] != pair.right) {
        tokens[out++] = tokens[in++];
        continue;
      }
      if (out > 0) replace({tokens[out - 1], pair.left}, {tokens[out - 1], result});
      if (in + 2 < tokens.size()) replace({pair.right, tokens[in + 2]}, {result, tokens[in + 2]});
      tokens[out++] = result;
      in += 2;
    }
    tokens.resize(out);
  }

  std::vector<Word> words_;
  std::unordered_map<std::uint64_t, Occurrences> pairs_;
  std::vector<Pair> grown_;  // pairs that occur more often than when they were put into the queue
  std::priority_queue<Candidate> queue_;
};

/// The ids of a word's bytes.
template <class Id>
std::vector<Id> tokens_of(const std::string& word, const std::array<TokenId, 256>& id_of_byte) {
  std::vector<Id> tokens;
  for (const char byte : word)
    tokens.push_back(static_cast<Id>(id_of_byte[static_cast<unsigned char>(byte)]));
  return tokens;
}

/// Makes the merges that a plug-in finds. It numbers its tokens by its merges.
template <class Merge>
void learn_by_hook(const std::unordered_map<std::string, std::int64_t>& counts,
                   const std::array<TokenId, 256>& id_of_byte, std::size_t size, std::int64_t minimum_count,
                   const Merge& merge) {
  std::vector<hooks::BytePairWord> words;
  for (const auto& [word, count] : counts)
    words.push_back({tokens_of<std::int32_t>(word, id_of_byte), count});
  std::vector<TokenId> ids(id_of_byte.size());
  std::iota(ids.begin(), ids.end(), TokenId{0});
  const std::size_t most = size - ids.size();
  const auto merges = hooks::byte_pairs(words, most, minimum_count);
  if (merges.size() > most) {
    fail<ValueError>("BytePairTokenizer::train",
                     "the hook byte_pairs gave {} merges, and {} are wanted at most", merges.size(), most);
  }
  for (const auto& [left, right] : merges) {
    const auto is_known = [&](std::int32_t token) {
      return token >= 0 && static_cast<std::size_t>(token) < ids.size();
    };
    if (!is_known(left) || !is_known(right)) {
      fail<ValueError>("BytePairTokenizer::train",
                       "the hook byte_pairs merges {} and {}, and there are {} tokens", left, right,
                       ids.size());
    }
    ids.push_back(merge(ids[static_cast<std::size_t>(left)], ids[static_cast<std::size_t>(right)]));
  }
}

}  // namespace

constinit Hook<std::vector<std::pair<std::int32_t, std::int32_t>>(const std::vector<hooks::BytePairWord>&,
                                                                  std::size_t, std::int64_t)>
    hooks::byte_pairs{"byte_pairs", nullptr};

void BytePairTrainer::add(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = gpt2_word_end(text, at);
    ++counts_[std::string(text.substr(at, end - at))];
    at = end;
  }
}

LearnedTokens BytePairTrainer::train(std::size_t size, std::int64_t minimum_count) const {
  LearnedTokens learned;
  std::array<TokenId, 256> id_of_byte{};
  std::unordered_map<std::string, TokenId> ids;
  const auto id_of = [&](const std::string& bytes) {
    const auto [entry, is_new] = ids.try_emplace(bytes, static_cast<TokenId>(learned.tokens.size()));
    if (is_new) learned.tokens.push_back(bytes);
    return entry->second;
  };
  for (const unsigned char byte : gpt2_bytes())
    id_of_byte[byte] = id_of(std::string(1, static_cast<char>(byte)));

  // Different merges can make the same token.
  const auto merge = [&](TokenId left, TokenId right) {
    const TokenId result = id_of(learned.tokens[left] + learned.tokens[right]);
    learned.merges.push_back({left, right, result});
    return result;
  };
  if (hooks::byte_pairs) {
    learn_by_hook(counts_, id_of_byte, size, minimum_count, merge);
    return learned;
  }
  PairCounts pairs;
  for (const auto& [word, count] : counts_) pairs.add_word(tokens_of<TokenId>(word, id_of_byte), count);
  std::set<PairCounts::Pair> merged;
  while (learned.tokens.size() < size) {
    const auto pair = pairs.most_frequent(minimum_count);
    if (!pair) break;
    // After a second merge that makes the same token, a pair with it can be there again.
    const bool is_new = merged.insert(*pair).second;
    pairs.merge(*pair, is_new ? merge(pair->left, pair->right)
                              : id_of(learned.tokens[pair->left] + learned.tokens[pair->right]));
  }
  return learned;
}

}  // namespace tinytorch::nn
