#include "nn/data/text.h"

#include <string>

#include "core/error.h"
#include "tests/data/files.h"
#include "tests/support/file_test.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

class Text : public FileTest {};

TEST_F(Text, IsReadAsItIs) {
  const std::string text("line\r\n\xff\0 end", 12);
  EXPECT_EQ(nn::load_text(write(text)), text);
  EXPECT_EQ(nn::load_text(write("")), "");
  EXPECT_EQ(nn::load_text(write(gzip(text))), text);
  const std::string large(1000000, 'x');
  EXPECT_EQ(nn::load_text(write(large)), large);
  EXPECT_EQ(nn::load_text(write(gzip(large))), large);
}

TEST_F(Text, NamesTheFileThatCannotBeRead) {
  EXPECT_ERROR(nn::load_text(path()), IoError,
               "[load_text] " + path() + ": cannot be opened: No such file or directory");
  write(gzip("text").substr(0, 15));
  EXPECT_ERROR(nn::load_text(path()), IoError,
               "[load_text] " + path() + ": ends within its compressed data, at byte 15");
}

}  // namespace
}  // namespace tinytorch::testing
