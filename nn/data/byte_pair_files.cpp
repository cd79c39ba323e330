// The files of BytePairTokenizer.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>

#include "core/internal/file.h"
#include "nn/data/byte_pair_tokenizer.h"
#include "nn/data/internal/byte_pairs.h"
#include "nn/data/internal/data_reader.h"

namespace tinytorch::nn {
namespace {

using nlohmann::json;

json parse_json(const FileErrors& file, const std::string& text) {
  try {
    return json::parse(text);
  } catch (const json::exception& error) {
    file.error("is not JSON: {}", error.what());
  }
}

const json& member_of(const FileErrors& file, const json& object, const char* key) {
  if (!object.is_object() || !object.contains(key)) file.error("is not a JSON object with '{}'", key);
  return object[key];
}

}  // namespace

/// Makes a tokenizer of what files hold: the vocabulary first, then the merges in their order.
class BytePairReader {
 public:
  explicit BytePairReader(const FileErrors& vocab_file) : file_(vocab_file) {}

  void read_vocab(const json& vocab) {
    if (!vocab.is_object()) file_.error("the vocabulary is not a JSON object of tokens and ids");
    spellings_.resize(vocab.size());
    for (const auto& [spelling, id] : vocab.items()) {
      if (!id.is_number_unsigned() || id.get<std::uint64_t>() >= vocab.size()) {
        file_.error("the id of token '{}' is not an integer from 0 to {}", spelling, vocab.size() - 1);
      }
      std::optional<std::string>& own = spellings_[id.get<std::size_t>()];
      if (own) file_.error("the tokens '{}' and '{}' have the same id", *own, spelling);
      own = spelling;
      ids_.emplace(spelling, id.get<Id>());
    }
    is_made_.resize(spellings_.size());
    tokenizer_.tokens_.resize(spellings_.size());
    for (const unsigned char byte : gpt2_bytes()) read_byte(byte);
  }

  /// @param where  for messages, such as "line 3"
  void read_merge(const FileErrors& file, const std::string& where, std::string_view text) {
    const std::size_t space = text.find(' ');
    if (space == text.npos || text.find(' ', space + 1) != text.npos) {
      file.error("{}: '{}' is not a pair of tokens with a space between them", where, text);
    }
    const std::string left(text.substr(0, space)), right(text.substr(space + 1));
    const Id left_id = made_id(file, where, left), right_id = made_id(file, where, right);
    const std::optional<Id> result = id_of(left + right);
    if (!result) file.error("{}: the vocabulary lacks the result of the merge '{}'", where, text);
    if (tokenizer_.merge_of_.contains(BytePairTokenizer::key(left_id, right_id))) {
      file.error("{}: the merge '{}' is there twice", where, text);
    }
    tokenizer_.add_merge(left_id, right_id, *result);
    set_token(*result, tokenizer_.tokens_[left_id] + tokenizer_.tokens_[right_id]);
  }

  /// What nothing makes is special.
  BytePairTokenizer finish() {
    std::vector<std::pair<std::string, Id>> special;
    for (std::size_t id = 0; id < spellings_.size(); ++id) {
      if (is_made_[id]) continue;
      if (spellings_[id]->empty()) file_.error("the token of id {} is empty", id);
      special.emplace_back(*spellings_[id], static_cast<Id>(id));
      tokenizer_.tokens_[id] = *spellings_[id];
    }
    tokenizer_.set_special(std::move(special));
    return std::move(tokenizer_);
  }

 private:
  using Id = BytePairTokenizer::Id;

  std::optional<Id> id_of(const std::string& spelling) const {
    const auto found = ids_.find(spelling);
    return found == ids_.end() ? std::nullopt : std::optional(found->second);
  }

  void set_token(Id id, std::string bytes) {
    is_made_[id] = true;
    tokenizer_.tokens_[id] = std::move(bytes);
  }

  void read_byte(unsigned char byte) {
    const std::string bytes(1, static_cast<char>(byte)), spelling = gpt2_spelling(bytes);
    const std::optional<Id> id = id_of(spelling);
    if (!id) file_.error("the vocabulary lacks '{}', the byte 0x{:02x}", spelling, byte);
    tokenizer_.byte_ids_[byte] = *id;
    set_token(*id, bytes);
  }

  /// The id of a token that is a byte, or that a merge before has made.
  Id made_id(const FileErrors& file, const std::string& where, const std::string& spelling) const {
    const std::optional<Id> id = id_of(spelling);
    if (!id || !is_made_[*id]) {
      file.error("{}: '{}' is neither a byte nor the result of a merge before", where, spelling);
    }
    return *id;
  }

  const FileErrors& file_;
  std::vector<std::optional<std::string>> spellings_;  // by id
  std::unordered_map<std::string, Id> ids_;
  std::vector<bool> is_made_;
  BytePairTokenizer tokenizer_;
};

BytePairTokenizer BytePairTokenizer::load_gpt2(const std::string& vocab_path,
                                               const std::string& merges_path) {
  constexpr const char* kOp = "BytePairTokenizer::load_gpt2";
  DataReader vocab(kOp, vocab_path), merges(kOp, merges_path);
  BytePairReader reader(vocab.file());
  reader.read_vocab(parse_json(vocab.file(), vocab.read_rest()));
  const std::string text = merges.read_rest();
  std::size_t line = 0;
  for (std::size_t at = 0; at < text.size();) {
    ++line;
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view merge = std::string_view(text).substr(at, end - at);
    if (merge.ends_with('\r')) merge.remove_suffix(1);
    const bool is_version = line == 1 && merge.starts_with("#version");
    if (!is_version && !merge.empty()) reader.read_merge(merges.file(), fmt::format("line {}", line), merge);
    at = end + 1;
  }
  return reader.finish();
}

BytePairTokenizer BytePairTokenizer::load(const std::string& path) {
  DataReader content("BytePairTokenizer::load", path);
  const FileErrors& file = content.file();
  const json root = parse_json(file, content.read_rest());
  const json& merges = member_of(file, root, "merges");
  if (!merges.is_array()) file.error("'merges' is not a JSON array");
  BytePairReader reader(file);
  reader.read_vocab(member_of(file, root, "vocab"));
  for (std::size_t i = 0; i < merges.size(); ++i) {
    if (!merges[i].is_string()) file.error("merge {} is not a JSON string", i);
    reader.read_merge(file, fmt::format("merge {}", i), merges[i].get_ref<const std::string&>());
  }
  return reader.finish();
}

void BytePairTokenizer::save(const std::string& path) const {
  std::vector<std::string> spellings;
  for (const std::string& token : tokens_) spellings.push_back(gpt2_spelling(token));
  for (std::size_t i = 0; i < special_ids_.size(); ++i) spellings[special_ids_[i]] = special_texts_[i];
  json vocab = json::object(), merges = json::array();
  for (std::size_t id = 0; id < spellings.size(); ++id) vocab[spellings[id]] = id;
  for (const auto& [left, right] : merges_) merges.push_back(spellings[left] + " " + spellings[right]);
  const std::string text = json{{"vocab", std::move(vocab)}, {"merges", std::move(merges)}}.dump();
  ReplacementFile file("BytePairTokenizer::save", path);
  file.write(std::as_bytes(std::span(text)));
  file.commit();
}

}  // namespace tinytorch::nn
