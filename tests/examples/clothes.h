#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace tinytorch::testing {

inline void write_idx(const std::filesystem::path& path, const std::vector<std::uint32_t>& shape,
                      const std::string& data) {
  std::ofstream out(path, std::ios::binary);
  out << std::string("\0\0\x08", 3) << static_cast<char>(shape.size());
  for (const std::uint32_t n : shape) {
    for (const int shift : {24, 16, 8, 0}) out << static_cast<char>(n >> shift & 0xff);
  }
  out << data;
}

/// Files as of Fashion-MNIST: n images, each with a bright band at the height of its class.
inline void write_images(const std::filesystem::path& directory, const std::string& prefix, std::uint32_t n) {
  std::string pixels, labels;
  for (std::uint32_t i = 0; i < n; ++i) {
    const std::uint32_t label = i * 7 % 10;
    labels += static_cast<char>(label);
    for (std::uint32_t row = 0; row < 28; ++row) {
      const bool bright = row >= 2 * label + 4 && row < 2 * label + 6;
      for (std::uint32_t column = 0; column < 28; ++column) {
        pixels += static_cast<char>(bright ? 250 - (i + column) % 50 : (i * column) % 20);
      }
    }
  }
  write_idx(directory / (prefix + "-images-idx3-ubyte"), {n, 28, 28}, pixels);
  write_idx(directory / (prefix + "-labels-idx1-ubyte"), {n}, labels);
}

}  // namespace tinytorch::testing
