#include "nn/data/char_tokenizer.h"

#include <gmock/gmock.h>

#include <string>

#include "core/error.h"
#include "tests/support/file_test.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

using ::testing::ElementsAre;

class CharTokenizer : public FileTest {
 protected:
  void expect_refused(const std::string& content, const std::string& message) const {
    write(content);
    EXPECT_ERROR(nn::CharTokenizer::load(path()), IoError,
                 "[CharTokenizer::load] " + path() + ": " + message);
  }
};

TEST_F(CharTokenizer, NumbersCharactersInTheirOrder) {
  const nn::CharTokenizer tokenizer("z😀aé\na");
  EXPECT_EQ(tokenizer.size(), 5);
  EXPECT_THAT(tokenizer.encode("\nazé😀"), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_EQ(tokenizer.decode({4, 3, 1, 0}), "😀éa\n");
  EXPECT_EQ(nn::CharTokenizer("").size(), 0);
}

TEST_F(CharTokenizer, DecodesWhatItEncodes) {
  std::string all;
  for (const char* c : {"\x01", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xef\xbf\xbf",
                        "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    all += c;
  }
  const nn::CharTokenizer tokenizer(all);
  EXPECT_THAT(tokenizer.encode(all), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
  EXPECT_EQ(tokenizer.decode(tokenizer.encode(all)), all);
}

TEST_F(CharTokenizer, RefusesWhatIsNotInItsVocabulary) {
  const nn::CharTokenizer tokenizer("ab");
  EXPECT_ERROR(tokenizer.encode("abé"), ValueError,
               "[CharTokenizer::encode] U+00E9 at byte 2 is not in the vocabulary");
  EXPECT_ERROR(tokenizer.decode({0, 2}), ValueError,
               "[CharTokenizer::decode] id 2 is out of range; the vocabulary has 2 tokens");
  EXPECT_ERROR(tokenizer.decode({-1}), ValueError,
               "[CharTokenizer::decode] id -1 is out of range; the vocabulary has 2 tokens");
}

TEST_F(CharTokenizer, RefusesTextThatIsNotUtf8) {
  // Bytes that only continue, that have no continuation, are longer than needed, or encode no character.
  for (const char* bad : {"\x80", "\xc3", "\xc3(", "\xc0\x80", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf",
                          "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xff", "\xe2\x82"}) {
    EXPECT_ERROR(nn::CharTokenizer("ko" + std::string(bad)), ValueError,
                 "[CharTokenizer] the text is not UTF-8 at byte 2");
    EXPECT_ERROR(nn::CharTokenizer("ko").encode("k" + std::string(bad)), ValueError,
                 "[CharTokenizer::encode] the text is not UTF-8 at byte 1");
    expect_refused("ko" + std::string(bad), "is not UTF-8 at byte 2");
  }
}

TEST_F(CharTokenizer, ComesBackFromAFile) {
  const nn::CharTokenizer tokenizer("the é\n😀 end");
  tokenizer.save(path());
  EXPECT_EQ(content_of(path()), "\n dehnté😀");
  const nn::CharTokenizer loaded = nn::CharTokenizer::load(path());
  EXPECT_EQ(loaded.size(), tokenizer.size());
  EXPECT_EQ(loaded.encode("then 😀"), tokenizer.encode("then 😀"));
  nn::CharTokenizer("").save(path());
  EXPECT_EQ(nn::CharTokenizer::load(path()).size(), 0);
}

TEST_F(CharTokenizer, RefusesOtherFiles) {
  expect_refused("ba", "has characters that are not in ascending order, at byte 1");
  expect_refused("abb", "has characters that are not in ascending order, at byte 2");
  EXPECT_ERROR(nn::CharTokenizer::load(path("none")), IoError,
               "[CharTokenizer::load] " + path("none") + ": cannot be opened: No such file or directory");
  EXPECT_ERROR(nn::CharTokenizer("a").save(path("no/file")), IoError,
               "[CharTokenizer::save] " + path("no/file") + ": cannot be created: there is no directory " +
                   path("no"));
}

}  // namespace
}  // namespace tinytorch::testing
