#include "nn/data/word_piece_tokenizer.h"

#include <gmock/gmock.h>

#include <string>

#include "core/error.h"
#include "tests/data/files.h"
#include "tests/data/samples.h"
#include "tests/support/file_test.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

using ::testing::ElementsAre;

class WordPieces : public FileTest {
 protected:
  static nn::WordPieceTokenizer reference() {
    return nn::WordPieceTokenizer::load(data_file("tokenizers/word_pieces_vocab.txt"));
  }
  nn::WordPieceTokenizer small(const nn::WordPieceOptions& options = {}) const {
    return nn::WordPieceTokenizer::load(write("[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n##b\n##bc\nÉ\ne\n"), options);
  }
  void expect_refused(const std::string& content, const std::string& message) const {
    write(content);
    EXPECT_ERROR(nn::WordPieceTokenizer::load(path()), IoError,
                 "[WordPieceTokenizer::load] " + path() + ": " + message);
  }
};

TEST_F(WordPieces, AreThoseOfHuggingFace) {
  const nn::WordPieceTokenizer tokenizer = reference();
  for (const auto& [text, ids] : read_samples("tokenizers/word_pieces_samples.txt")) {
    EXPECT_EQ(tokenizer.encode(text), ids) << text;
  }
}

TEST_F(WordPieces, AreTheLongestThatFit) {
  EXPECT_THAT(small().encode("abbc abc"), ElementsAre(2, 4, 5, 6, 4, 6, 3));
  EXPECT_THAT(small().encode("abcd ab b"),
              ElementsAre(2, 1, 4, 5, 1, 3));  // nothing of a word without an end
}

TEST_F(WordPieces, KeepCaseAndAccentsIfAsked) {
  EXPECT_THAT(small().encode("É é E"), ElementsAre(2, 8, 8, 8, 3));
  EXPECT_THAT(small({.lower_case = false}).encode("É é E"), ElementsAre(2, 7, 1, 1, 3));
}

TEST_F(WordPieces, DropBytesThatAreNotUtf8) {
  EXPECT_THAT(small().encode("a\xff"
                             "b \xc3"),
              ElementsAre(2, 4, 5, 3));
}

TEST_F(WordPieces, AreAtMostMaxLength) {
  EXPECT_THAT(small({.max_length = 4}).encode("a a a a"), ElementsAre(2, 4, 4, 3));
  EXPECT_THAT(small({.max_length = 4}).encode("abbc"), ElementsAre(2, 4, 5, 3));
  EXPECT_THAT(small({.max_length = 3}).encode("a"), ElementsAre(2, 4, 3));
  EXPECT_THAT(small({.max_length = 2}).encode("a"), ElementsAre(2, 3));
  EXPECT_ERROR(small({.max_length = 1}), ValueError,
               "[WordPieceTokenizer::load] max_length is 1; it must be at least 2, for [CLS] and [SEP]");
}

TEST_F(WordPieces, OfSeveralTextsArePadded) {
  const nn::PaddedTokens tokens = small().encode_batch({"a", "", "abc a"});
  EXPECT_TENSOR_EQ(tokens.ids, (Tensor{{2, 4, 3, 0, 0}, {2, 3, 0, 0, 0}, {2, 4, 6, 4, 3}}.to(DType::i64)));
  EXPECT_TENSOR_EQ(tokens.mask,
                   (Tensor{{1, 1, 1, 0, 0}, {1, 1, 0, 0, 0}, {1, 1, 1, 1, 1}}.to(DType::boolean)));
  EXPECT_EQ(small().encode_batch({}).ids.shape(), (Shape{0, 0}));
}

TEST_F(WordPieces, AreDecodedWithSpacesBetweenWords) {
  EXPECT_EQ(small().decode(small().encode("abbc É x")), "abbc e [UNK]");
  EXPECT_EQ(small().decode({2, 5, 0, 3}), "b");
  EXPECT_ERROR(small().decode({9}), ValueError,
               "[WordPieceTokenizer::decode] id 9 is out of range; the vocabulary has 9 tokens");
}

TEST_F(WordPieces, RefuseMalformedVocabularies) {
  const std::string special = "[PAD]\r\n[UNK]\r\n[CLS]\r\n[SEP]";
  EXPECT_EQ(nn::WordPieceTokenizer::load(write(special)).size(), 4);
  expect_refused(special + "\na\n\nb", "line 6 is empty");
  expect_refused(special + "\na\nb\na", "line 7 is the same as line 5, 'a'");
  expect_refused("", "lacks the token [PAD]");
  expect_refused("[PAD]", "lacks the token [UNK]");
  expect_refused("[PAD]\n[UNK]", "lacks the token [CLS]");
  expect_refused("[PAD]\n[UNK]\n[CLS]\n", "lacks the token [SEP]");
  EXPECT_ERROR(
      nn::WordPieceTokenizer::load(path("none")), IoError,
      "[WordPieceTokenizer::load] " + path("none") + ": cannot be opened: No such file or directory");
}

}  // namespace
}  // namespace tinytorch::testing
