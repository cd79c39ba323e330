// Reads any bytes as a safetensors file. What can be read is written and read again, and must be the same.
#include "core/safetensors.h"

#include "core/error.h"
#include "tests/fuzzers/memory_file.h"

using namespace tinytorch;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> metadata;
  try {
    const MemoryFile file(data, size);
    const SafetensorsFile opened(file.path(), {.allow_trailing_bytes = size % 2 == 0});
    metadata = opened.metadata();
    tensors = opened.all();
  } catch (const IoError&) {
    return 0;
  }
  const std::string path = scratch_path();
  save_safetensors(path, tensors, metadata);
  const SafetensorsFile file(path);
  const std::map<std::string, Tensor> again = file.all();
  std::filesystem::remove(path);
  if (file.metadata() != metadata || again.size() != tensors.size()) std::abort();
  for (const auto& [name, x] : tensors) require_same(again.at(name), x);
  return 0;
}
