#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "tests/support/temporary_folder.h"

namespace tinytorch::testing {

/// Tests that write files into a folder of their own.
class FileTest : public ::testing::Test {
 protected:
  const std::filesystem::path& folder() const { return folder_.path(); }
  std::string path(const std::string& name = "file") const { return (folder() / name).string(); }

  /// Writes a file. @return  its path
  std::string write(std::string_view content, const std::string& name = "file") const {
    std::ofstream(path(name), std::ios::binary) << content;
    return path(name);
  }

  static std::string content_of(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::size_t files_in_folder() const {
    const std::filesystem::directory_iterator files(folder());
    return static_cast<std::size_t>(std::distance(begin(files), end(files)));
  }

 private:
  TemporaryFolder folder_;
};

}  // namespace tinytorch::testing
