#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "core/dtype.h"
#include "core/ops/copy.h"
#include "core/tensor.h"

namespace tinytorch {

/// A file in memory of the bytes that a fuzzer tries.
class MemoryFile {
 public:
  MemoryFile(const std::uint8_t* data, std::size_t size) : descriptor_(memfd_create("fuzzed", 0)) {
    if (write(descriptor_, data, size) != static_cast<ssize_t>(size)) std::abort();
  }
  ~MemoryFile() { close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

/// Where a fuzzer writes what it has read.
inline std::string scratch_path() {
  return (std::filesystem::temp_directory_path() / ("fuzzed." + std::to_string(getpid()))).string();
}

/// Aborts unless the tensors are the same, to the bit.
inline void require_same(const Tensor& a, const Tensor& b) {
  if (a.dtype() != b.dtype() || a.shape() != b.shape()) std::abort();
  const Tensor x = contiguous(a), y = contiguous(b);
  const std::size_t bytes = static_cast<std::size_t>(x.numel()) * size_of(x.dtype());
  if (bytes > 0 && std::memcmp(x.raw_data(), y.raw_data(), bytes) != 0) std::abort();
}

}  // namespace tinytorch
