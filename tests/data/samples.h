#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include "tests/data/files.h"

namespace tinytorch::testing {

/// A text, and the ids of its tokens.
struct TokenizedSample {
  std::string text;
  std::vector<std::int64_t> ids;
};

/// The samples in a file that make_tokenizer_files.py writes.
inline std::vector<TokenizedSample> read_samples(const std::string& name) {
  std::vector<TokenizedSample> samples;
  std::istringstream lines(read_source(data_file(name)));
  for (std::string line; std::getline(lines, line);) {
    const std::size_t end = std::min(line.find(' '), line.size());
    TokenizedSample& sample = samples.emplace_back();
    for (std::size_t at = 0; at < end; at += 2) {
      sample.text += static_cast<char>(std::stoi(line.substr(at, 2), nullptr, 16));
    }
    std::istringstream ids(line.substr(end));
    for (std::int64_t id = 0; ids >> id;) sample.ids.push_back(id);
  }
  EXPECT_GT(samples.size(), 10U);
  return samples;
}

}  // namespace tinytorch::testing
