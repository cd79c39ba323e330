// Reads any bytes as a PNG, PGM or PPM image. What can be read is written and read again, and must be the
// same.
#include "nn/data/image.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "core/error.h"
#include "tests/fuzzers/memory_file.h"

using namespace tinytorch;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Tensor image;
  try {
    const MemoryFile file(data, size);
    image = nn::load_image(file.path());
    static_cast<void>(nn::load_image(file.path(), {.grayscale = true}));
  } catch (const IoError&) {
    return 0;
  }
  const std::string path = scratch_path();
  nn::save_png(path, image);
  require_same(nn::load_image(path), image);
  std::filesystem::remove(path);
  return 0;
}
