#include "nn/data/byte_pair_tokenizer.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <bit>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "tests/data/files.h"
#include "tests/data/samples.h"
#include "tests/support/backend.h"
#include "tests/support/file_test.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class BytePairs : public FileTest {
 protected:
  static nn::BytePairTokenizer reference() {
    return nn::BytePairTokenizer::load_gpt2(data_file("tokenizers/byte_pairs-vocab.json"),
                                            data_file("tokenizers/byte_pairs-merges.txt"));
  }
  static nn::BytePairTokenizer trained(const std::string& text, std::int64_t size) {
    return nn::BytePairTokenizer::train(text, {.vocabulary_size = size});
  }

  /// The tokens after the bytes.
  static std::vector<std::string> learned(const nn::BytePairTokenizer& tokenizer) {
    std::vector<std::string> tokens;
    for (std::int64_t id = 256; id < tokenizer.size(); ++id) tokens.push_back(tokenizer.token(id));
    return tokens;
  }

  /// The tokens of a text with a bar between them.
  static std::string divided(const nn::BytePairTokenizer& tokenizer, const std::string& text) {
    std::string tokens;
    for (const std::int64_t id : tokenizer.encode(text)) {
      if (!tokens.empty()) tokens += '|';
      tokens += tokenizer.token(id);
    }
    return tokens;
  }

  /// A vocab.json with the bytes and these tokens.
  std::string vocab(const std::vector<std::string>& more, std::int64_t first_id = 256) const {
    std::string text = content_of(data_file("tokenizers/byte_pairs-vocab.json"));
    // Its tokens are in the order of their ids.
    text.resize(text.find(",\"he\":256"));
    for (const std::string& token : more) text += ",\"" + token + "\":" + std::to_string(first_id++);
    return text + "}";
  }
  nn::BytePairTokenizer load(const std::string& vocab, const std::string& merges) const {
    return nn::BytePairTokenizer::load_gpt2(write(vocab, "vocab.json"), write(merges, "merges.txt"));
  }
  void expect_refused(const std::string& vocab, const std::string& merges, const std::string& file,
                      const std::string& message) const {
    EXPECT_ERROR(load(vocab, merges), IoError,
                 "[BytePairTokenizer::load_gpt2] " + path(file) + ": " + message);
  }
};

TEST_F(BytePairs, AreLearnedByFrequencyAndThenById) {
  // "lo" and "ow" occur five times each; l is before o.
  EXPECT_THAT(learned(trained("low low low lower lowest", 258)), ElementsAre("lo", "low"));
  // "dc" and " b" also occur twice.
  EXPECT_THAT(learned(trained("dc ba dc ba", 257)), ElementsAre("ba"));
  EXPECT_THAT(learned(trained("ababab", 258)), ElementsAre("ab", "abab"));
  // Of aaaa, each pair of neighbors counts, and two are merged.
  EXPECT_THAT(learned(trained("aaaa aaaa", 258)), ElementsAre("aa", "aaaa"));
}

TEST_F(BytePairs, AreThoseOfHuggingFace) {
  const nn::BytePairTokenizer own = trained(content_of(data_file("tokenizers/text.txt")), 500),
                              other = reference();
  ASSERT_GT(other.size(), 400);
  EXPECT_EQ(learned(own), learned(other));
  for (const auto& [text, ids] : read_samples("tokenizers/byte_pairs_samples.txt")) {
    EXPECT_EQ(own.encode(text), ids) << text;
    EXPECT_EQ(other.encode(text), ids) << text;
    EXPECT_EQ(own.decode(ids), text);
  }
}

/// Learns merges of words of a, b, c and spaces; counts all pairs anew for each.
class PlainTrainer {
 public:
  using Word = std::vector<std::string>;

  explicit PlainTrainer(const std::vector<std::string>& words) {
    for (const std::string& word : words) {
      Word& tokens = words_.emplace_back();
      for (const char byte : word) tokens.emplace_back(1, byte);
    }
  }

  /// @return  at most n tokens, in the order in which they are made
  std::vector<std::string> train(std::size_t n) {
    std::vector<std::string> made;
    while (made.size() < n) {
      std::map<std::pair<int, int>, int> counts;
      for (const Word& word : words_) {
        for (std::size_t i = 1; i < word.size(); ++i) ++counts[{ids_.at(word[i - 1]), ids_.at(word[i])}];
      }
      // The first of those that occur most often.
      const auto best = std::ranges::max_element(counts, {}, [](const auto& each) { return each.second; });
      if (best == counts.end() || best->second < 2) break;
      const std::string token = merge(best->first);
      // Several merges can make the same token, which has one id.
      if (ids_.emplace(token, static_cast<int>(ids_.size())).second) made.push_back(token);
    }
    return made;
  }

 private:
  std::string merge(const std::pair<int, int>& pair) {
    std::string token;
    for (Word& word : words_) {
      for (std::size_t i = 0; i + 1 < word.size(); ++i) {
        if (std::pair(ids_.at(word[i]), ids_.at(word[i + 1])) != pair) continue;
        word[i] += word[i + 1];
        word.erase(word.begin() + static_cast<std::ptrdiff_t>(i) + 1);
        token = word[i];
      }
    }
    return token;
  }

  std::map<std::string, int> ids_{{"a", 0}, {"b", 1}, {"c", 2}, {" ", 3}};
  std::vector<Word> words_;
};

TEST_F(BytePairs, AreThoseOfAPlainTrainer) {
  std::mt19937 random(7);
  for (int round = 0; round < 30; ++round) {
    std::vector<std::string> words;
    std::string text;
    for (int i = 0; i < 60; ++i) {
      std::string word = i == 0 ? "" : " ";
      for (std::size_t n = random() % 9 + 1; n > 0; --n) word += "abc"[random() % 3];
      text += word;
      words.push_back(word);
    }
    const nn::BytePairTokenizer tokenizer = trained(text, 330);
    EXPECT_EQ(learned(tokenizer), PlainTrainer(words).train(330 - 256)) << text;
    tokenizer.save(path());
    EXPECT_EQ(nn::BytePairTokenizer::load(path()).encode(text), tokenizer.encode(text)) << text;
  }
}

TEST_F(BytePairs, AreMergedFromLeftToRightByRank) {
  const nn::BytePairTokenizer tokenizer =
      load(vocab({"aa", "ab", "aaab"}), "#version: 0.2\na a\na b\naa ab\n");
  EXPECT_EQ(divided(tokenizer, "aaa"), "aa|a");
  EXPECT_EQ(divided(tokenizer, "aaab"), "aaab");
  EXPECT_EQ(divided(tokenizer, "aab"), "aa|b");
  EXPECT_EQ(divided(tokenizer, "aaaab"), "aa|aa|b");
}

TEST_F(BytePairs, DivideTextIntoWordsAsGpt2Does) {
  // With all words as tokens, what remains divided are words.
  const auto words = [](const std::string& text) {
    const auto tokenizer =
        nn::BytePairTokenizer::train(text + text, {.vocabulary_size = 2000, .minimum_count = 1});
    return divided(tokenizer, text);
  };
  EXPECT_EQ(words("Hello  world, it's 42nd\n\n day!?  "), "Hello| | world|,| it|'s| 42|nd|\n\n| day|!?|  ");
  EXPECT_EQ(words("we'll they've 'tis I'D x'"), "we|'ll| they|'ve| '|tis| I|'|D| x|'");
  EXPECT_EQ(words("été中文 ½²\u00a0x"), "été中文| ½²|\u00a0|x");
  EXPECT_EQ(words("a\xff\xfe b"), "a|\xff\xfe| b");
}

TEST_F(BytePairs, RestoreEveryText) {
  const nn::BytePairTokenizer tokenizer = reference();
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    std::string text;
    for (std::size_t n = random() % 50; n > 0; --n)
      text += static_cast<char>(random() % (round % 2 == 0 ? 256 : 64));
    EXPECT_EQ(tokenizer.decode(tokenizer.encode(text)), text);
  }
  EXPECT_TRUE(tokenizer.encode("").empty());
}

TEST_F(BytePairs, OfLongWordsTakeNoQuadraticTime) {
  // With quadratic time, this would take hours.
  std::mt19937 random(5);
  std::string text;
  for (std::int64_t i = scaled(300000); i > 0; --i) text += "acgt"[random() % 4];
  const nn::BytePairTokenizer tokenizer = trained(text, 400);
  EXPECT_EQ(tokenizer.size(), 400);
  EXPECT_EQ(tokenizer.decode(tokenizer.encode(text)), text);
  const std::size_t length = std::bit_floor(static_cast<std::size_t>(scaled(1 << 18)));
  const std::string same(length, 'a');
  EXPECT_EQ(learned(trained(same, 1000)).back().size(), length / 2);
  EXPECT_EQ(trained(same, 1000).encode(same).size(), 2U);
}

TEST_F(BytePairs, KeepSpecialTokensWhole) {
  const std::string end = "<|endoftext|>", longer = "<|endoftext|>!";
  const std::string text = "one" + end + "one" + longer + "<|end" + end;
  const auto tokenizer =
      nn::BytePairTokenizer::train(text, {.vocabulary_size = 260, .special_tokens = {end, longer}});
  EXPECT_EQ(tokenizer.size(), 260);
  EXPECT_EQ(tokenizer.special_id(end), 258);
  EXPECT_EQ(tokenizer.special_id(longer), 259);
  EXPECT_EQ(divided(tokenizer, text), "one|" + end + "|one|" + longer + "|<|||e|n|d|" + end);
  EXPECT_EQ(tokenizer.decode(tokenizer.encode(text)), text);
  EXPECT_ERROR(tokenizer.special_id("one"), ValueError,
               "[BytePairTokenizer::special_id] there is no special token 'one'");
}

TEST_F(BytePairs, StopWhenNoPairIsLeft) {
  EXPECT_EQ(trained("", 1000).size(), 256);
  EXPECT_EQ(trained("abc", 1000).size(), 256);
  EXPECT_EQ(nn::BytePairTokenizer::train("abc", {.minimum_count = 1}).size(), 258);
}

TEST_F(BytePairs, ComeBackFromAFile) {
  const auto tokenizer =
      nn::BytePairTokenizer::train(content_of(data_file("tokenizers/text.txt")),
                                   {.vocabulary_size = 400, .special_tokens = {"<é>", "\"\n"}});
  tokenizer.save(path());
  const auto loaded = nn::BytePairTokenizer::load(path());
  EXPECT_EQ(learned(loaded), learned(tokenizer));
  EXPECT_EQ(loaded.special_id("<é>"), tokenizer.special_id("<é>"));
  for (const auto& [text, ids] : read_samples("tokenizers/byte_pairs_samples.txt")) {
    EXPECT_EQ(loaded.encode(text + "\"\n"), tokenizer.encode(text + "\"\n"));
  }
  loaded.save(path("again"));
  EXPECT_EQ(content_of(path("again")), content_of(path()));
  EXPECT_ERROR(tokenizer.save(path("no/file")), IoError,
               "[BytePairTokenizer::save] " + path("no/file") +
                   ": cannot be created: there is no directory " + path("no"));
}

TEST_F(BytePairs, TakeWhatNoMergeMakesForSpecial) {
  const nn::BytePairTokenizer tokenizer = load(vocab({"<|endoftext|>", "ab"}), "a b\r\n");
  EXPECT_EQ(tokenizer.special_id("<|endoftext|>"), 256);
  EXPECT_THAT(tokenizer.encode("ab<|endoftext|>"), ElementsAre(257, 256));
}

TEST_F(BytePairs, RefuseOptionsThatCannotBe) {
  const auto refused = [](const nn::BytePairOptions& options, const std::string& message) {
    EXPECT_ERROR(nn::BytePairTokenizer::train("text", options), ValueError, message);
  };
  refused({.vocabulary_size = 255},
          "[BytePairTokenizer::train] vocabulary_size is 255; it must be at least 256, for the bytes and the "
          "special "
          "tokens, and at most 2^31 - 1");
  refused({.vocabulary_size = 256, .special_tokens = {"<a>"}},
          "[BytePairTokenizer::train] vocabulary_size is 256; it must be at least 257, for the bytes and the "
          "special "
          "tokens, and at most 2^31 - 1");
  refused({.vocabulary_size = std::int64_t{1} << 31},
          "[BytePairTokenizer::train] vocabulary_size is 2147483648; it must be at least 256, for the bytes "
          "and the "
          "special tokens, and at most 2^31 - 1");
  refused({.minimum_count = 0}, "[BytePairTokenizer::train] minimum_count is 0; it must be positive");
  refused({.special_tokens = {""}}, "[BytePairTokenizer::train] a special token is empty");
  refused({.special_tokens = {"<\xff>"}}, "[BytePairTokenizer::train] a special token is not UTF-8");
  refused({.special_tokens = {"t"}},
          "[BytePairTokenizer::train] the special token 't' has the spelling of another token");
  refused({.special_tokens = {"<a>", "<a>"}},
          "[BytePairTokenizer::train] the special token '<a>' has the spelling of another token");
}

TEST_F(BytePairs, RefuseIdsOutOfRange) {
  const nn::BytePairTokenizer tokenizer = trained("", 256);
  EXPECT_ERROR(tokenizer.decode({0, 256}), ValueError,
               "[BytePairTokenizer::decode] id 256 is out of range; the vocabulary has 256 tokens");
  EXPECT_ERROR(tokenizer.token(-1), ValueError,
               "[BytePairTokenizer::token] id -1 is out of range; the vocabulary has 256 tokens");
}

TEST_F(BytePairs, RefuseMalformedVocabularies) {
  expect_refused("[]", "", "vocab.json", "the vocabulary is not a JSON object of tokens and ids");
  expect_refused("{}", "", "vocab.json", "the vocabulary lacks '!', the byte 0x21");
  expect_refused("{\"a\":1}", "", "vocab.json", "the id of token 'a' is not an integer from 0 to 0");
  expect_refused("{\"a\":-1}", "", "vocab.json", "the id of token 'a' is not an integer from 0 to 0");
  expect_refused("{\"a\":0.5}", "", "vocab.json", "the id of token 'a' is not an integer from 0 to 0");
  expect_refused("{\"a\":0,\"b\":0}", "", "vocab.json", "the tokens 'a' and 'b' have the same id");
  expect_refused(vocab({""}), "", "vocab.json", "the token of id 256 is empty");
  for (const char* bad : {"", "{", "{\"a\":1e999}", "{\"\xff\":0}", "{\"\\ud800\":0}"}) {
    EXPECT_THAT([&] { load(bad, ""); },
                ThrowsMessage<IoError>(HasSubstr("[BytePairTokenizer::load_gpt2] " + path("vocab.json") +
                                                 ": is not JSON: [json.exception.")))
        << bad;
  }
  EXPECT_THAT([&] { load(std::string(100000, '['), ""); }, ThrowsMessage<IoError>(HasSubstr("is not JSON")));
}

TEST_F(BytePairs, RefuseMergesThatDoNotFitTheVocabulary) {
  const std::string ab = vocab({"ab", "abc", "bc"});
  const auto refused = [&](const std::string& merges, const std::string& message) {
    expect_refused(ab, merges, "merges.txt", message);
  };
  refused("a b\nab\n", "line 2: 'ab' is not a pair of tokens with a space between them");
  refused("a b c", "line 1: 'a b c' is not a pair of tokens with a space between them");
  refused("a b\n#version", "line 2: '#version' is not a pair of tokens with a space between them");
  refused("ab c", "line 1: 'ab' is neither a byte nor the result of a merge before");
  refused("a 中", "line 1: '中' is neither a byte nor the result of a merge before");
  refused(" a", "line 1: '' is neither a byte nor the result of a merge before");
  refused("a c", "line 1: the vocabulary lacks the result of the merge 'a c'");
  refused("#version: 0.2\n\na b\na b", "line 4: the merge 'a b' is there twice");
  EXPECT_EQ(divided(load(ab, "a b\nb c\nab c\na bc"), "abcbc"), "abc|bc");
}

TEST_F(BytePairs, RefuseOtherFiles) {
  const auto refused = [&](const std::string& content, const std::string& message) {
    write(content);
    EXPECT_ERROR(nn::BytePairTokenizer::load(path()), IoError,
                 "[BytePairTokenizer::load] " + path() + ": " + message);
  };
  refused("[]", "is not a JSON object with 'merges'");
  refused("{}", "is not a JSON object with 'merges'");
  refused("{\"merges\":[]}", "is not a JSON object with 'vocab'");
  refused("{\"merges\":3}", "'merges' is not a JSON array");
  refused("{\"merges\":[3],\"vocab\":" + vocab({}) + "}", "merge 0 is not a JSON string");
  refused("{\"merges\":[\"a\"],\"vocab\":" + vocab({}) + "}",
          "merge 0: 'a' is not a pair of tokens with a space between them");
  EXPECT_ERROR(nn::BytePairTokenizer::load(path("none")), IoError,
               "[BytePairTokenizer::load] " + path("none") + ": cannot be opened: No such file or directory");
}

}  // namespace
}  // namespace tinytorch::testing
