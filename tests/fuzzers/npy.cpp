// Reads any bytes as an .npy file. What can be read is written and read again, and must be the same.
#include "core/npy.h"

#include "core/error.h"
#include "tests/fuzzers/memory_file.h"

using namespace tinytorch;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Tensor x;
  try {
    x = load_npy(MemoryFile(data, size).path());
  } catch (const IoError&) {
    return 0;
  }
  const std::string path = scratch_path();
  save_npy(path, x);
  require_same(load_npy(path), x);
  std::filesystem::remove(path);
  return 0;
}
