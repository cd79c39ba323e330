// Reads any bytes as an IDX file, which may be compressed. The data must be as long as the shape says.
#include "nn/data/idx.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "core/error.h"
#include "tests/fuzzers/memory_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const tinytorch::MemoryFile file(data, size);
    const tinytorch::Tensor x = tinytorch::nn::load_idx(file.path());
    // No file becomes more than 1032 times as long, and no element more than four times.
    if (static_cast<std::size_t>(x.numel()) > 4 * 1032 * size) std::abort();
  } catch (const tinytorch::IoError&) {
  }
  return 0;
}
