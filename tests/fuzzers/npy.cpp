// Reads any bytes as an .npy file. What can be read is written and read again, and must be the same.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "core/error.h"
#include "core/npy.h"
#include "core/ops/composite.h"

using namespace tinytorch;

namespace {

/// A file in memory of these bytes.
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

std::string scratch_path() {
  return (std::filesystem::temp_directory_path() / ("fuzz_npy." + std::to_string(getpid()))).string();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Tensor x;
  try {
    x = load_npy(MemoryFile(data, size).path());
  } catch (const IoError&) {
    return 0;
  }
  const std::string path = scratch_path();
  save_npy(path, x);
  const Tensor y = load_npy(path);
  std::filesystem::remove(path);
  if (x.dtype() != y.dtype() || x.shape() != y.shape()) std::abort();
  return 0;
}
