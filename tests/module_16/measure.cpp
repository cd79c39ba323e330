// What `./tito module measure 16` calls.
#include "modules/course/measure.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "modules/16_tinygpt/tinygpt.h"

namespace tinygpt {
namespace {

using tinytorch::course::keep;
using tinytorch::course::measure;

/// Words of 8 letters, which are the first 12 of the alphabet.
std::vector<Word> words(std::size_t size) {
  std::vector<Word> all(size);
  unsigned seed = 1;
  for (Word& word : all) {
    for (int i = 0; i < 8; ++i) {
      seed = seed * 1664525 + 1013904223;
      word.tokens.push_back('a' + static_cast<int>((seed >> 16) % 12));
    }
  }
  return all;
}

TEST(TrainMerges, Of8LettersAWord) {
  for (const std::size_t size : {250U, 500U}) {
    for (const std::size_t merges : {20U, 40U}) {
      measure(std::to_string(merges) + " merges of " + std::to_string(size) + " words",
              [all = words(size), merges] { keep(train_merges(all, merges, 1)); });
    }
  }
}

/// Attention of tokens that come one after another, with features 0.5.
class Text {
 public:
  void read(std::size_t tokens) {
    for (std::size_t t = 0; t < tokens; ++t) attend_cached(cache_, features_, features_, features_, 0.2, y_);
    keep(y_);
  }

 private:
  Cache cache_;
  Floats features_ = Floats(32, 0.5F), y_ = Floats(32);
};

void compare(std::size_t tokens) {
  measure("all tokens anew for each", [=] {
    for (std::size_t read = 1; read <= tokens; ++read) Text().read(read);
  });
  measure("with a cache", [=] { Text().read(tokens); });
}

TEST(AttendCached, Writing64TokensOfWidth32) { compare(64); }
TEST(AttendCached, Writing128TokensOfWidth32) { compare(128); }

}  // namespace
}  // namespace tinygpt
