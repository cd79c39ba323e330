// Reads any text as the description in a checkpoint, beside some tensors. What can be read is written and
// read again.
#include "nn/train/checkpoint.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/error.h"
#include "core/ops/creation.h"
#include "core/safetensors.h"
#include "tests/fuzzers/memory_file.h"

using namespace tinytorch;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string path = scratch_path();
  nn::Checkpoint read;
  try {
    save_safetensors(
        path, {{"model.weight", ones({2})}, {"optimizer.0.first", ones({2})}, {"average.0", ones({2})}},
        {{"tinytorch.checkpoint", std::string(reinterpret_cast<const char*>(data), size)}});
    read = nn::load_checkpoint(path);
  } catch (const ValueError&) {  // no UTF-8
    return 0;
  } catch (const IoError&) {
    std::filesystem::remove(path);
    return 0;
  }
  nn::save_checkpoint(path, read);
  const nn::Checkpoint again = nn::load_checkpoint(path);
  std::filesystem::remove(path);
  if (again.steps != read.steps || again.loader != read.loader || again.config != read.config ||
      again.model.size() != read.model.size() || again.averages.size() != read.averages.size() ||
      again.optimizer.parameters.size() != read.optimizer.parameters.size() ||
      again.schedules.size() != read.schedules.size() || again.best.has_value() != read.best.has_value()) {
    std::abort();
  }
  return 0;
}
