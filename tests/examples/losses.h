// The losses in the logs of training programs.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace tinytorch::testing {

/// Those of the steps in a log that nn::JsonLog wrote.
inline std::vector<double> losses_in(const std::string& path) {
  std::vector<double> losses;
  std::ifstream file(path);
  const std::string key = "\"loss\":";
  for (std::string line; std::getline(file, line);) {
    const std::size_t at = line.find(key);
    if (line.find("\"event\":\"step\"") != std::string::npos && at != std::string::npos)
      losses.push_back(std::strtod(line.c_str() + at + key.size(), nullptr));
  }
  return losses;
}

/// The losses of two runs agree within 1e-3 of each.
inline void expect_same_losses(const std::string& path, const std::string& other_path) {
  const std::vector<double> losses = losses_in(path), others = losses_in(other_path);
  EXPECT_GT(losses.size(), 4U);
  ASSERT_EQ(losses.size(), others.size());
  for (std::size_t i = 0; i < losses.size(); ++i)
    EXPECT_NEAR(losses[i], others[i], 1e-3 * others[i]) << "step " << i + 1;
}

}  // namespace tinytorch::testing
