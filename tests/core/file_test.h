#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "core/ops/creation.h"
#include "core/ops/shape.h"

namespace tinytorch::testing {

/// The values of most tensors in the data files: 0, 1, 2, ...; of bool, whether that is odd.
inline Tensor counting(const Shape& shape, DType dtype) {
  Tensor x = arange(checked_numel("test", shape));
  if (dtype == DType::boolean) {
    std::vector<std::int64_t> values = x.to_vector<std::int64_t>();
    for (std::int64_t& value : values) value %= 2;
    x = from_values(values, {x.numel()});
  }
  return reshape(x.to(dtype), shape);
}

/// Tests of files, which are in a folder that each test has for itself.
class FileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "file_test_XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name = "x") const { return (folder_ / name).string(); }

  static std::string content(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static void write(const std::string& file, const std::string& text) {
    std::ofstream(file, std::ios::binary) << text;
  }

  std::size_t files_in_folder() const {
    using Iterator = std::filesystem::directory_iterator;
    return static_cast<std::size_t>(std::distance(Iterator(folder_), Iterator()));
  }

  std::filesystem::path folder_;
};

}  // namespace tinytorch::testing
