#include "kernels/cpu/caches.h"

#include <filesystem>
#include <fstream>
#include <string>

namespace tinytorch::cpu {
namespace {

/// The first word of a file; empty if there is none.
std::string word_in(const std::filesystem::path& file) {
  std::string word;
  std::ifstream(file) >> word;
  return word;
}

/// A size such as "32K".
std::int64_t bytes_of(const std::string& size) {
  std::int64_t bytes = 0;
  for (const char c : size) {
    if (c >= '0' && c <= '9') bytes = bytes * 10 + (c - '0');
    if (c == 'K') bytes <<= 10;
    if (c == 'M') bytes <<= 20;
  }
  return bytes;
}

struct CacheSizes {
  std::int64_t second = std::int64_t{1} << 18, last = std::int64_t{1} << 22;
};

CacheSizes read_cache_sizes() {
  CacheSizes sizes;
  for (int i = 0; i < 8; ++i) {  // in the order of their levels
    const std::filesystem::path cache = "/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(i);
    const std::int64_t bytes = bytes_of(word_in(cache / "size"));
    if (bytes == 0) continue;
    sizes.last = bytes;
    if (word_in(cache / "level") == "2") sizes.second = bytes;
  }
  return sizes;
}

const CacheSizes& cache_sizes() {
  static const CacheSizes sizes = read_cache_sizes();
  return sizes;
}

}  // namespace

std::int64_t last_level_cache_size() { return cache_sizes().last; }

std::int64_t second_level_cache_size() { return cache_sizes().second; }

}  // namespace tinytorch::cpu
