#include "modules/cli/course/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <stdexcept>
#include <string>

#include "tests/support/file_test.h"

namespace tito {
namespace {

using Files = tinytorch::testing::FileTest;

TEST_F(Files, AreReadAsTheyAre) {
  const std::string text("a\0b\r\n", 5), large(100'000, 'x');
  write_text(path("file"), text);
  EXPECT_EQ(read_text(path("file")), text);
  write_text(path("file"), "");
  EXPECT_EQ(read_text(path("file")), "");
  write_text(path("file"), large);
  EXPECT_EQ(read_text(path("file")), large);
}

TEST_F(Files, ThatCannotBeReadAreNotEmpty) {
  std::filesystem::create_directory(path("folder"));
  for (const char* name : {"missing", "folder"}) {
    try {
      read_text(path(name));
      ADD_FAILURE() << name;
    } catch (const std::runtime_error& error) {
      EXPECT_EQ(error.what(), path(name) + " cannot be read");
    }
  }
}

}  // namespace
}  // namespace tito
