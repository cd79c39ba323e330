// Reads any bytes as an .npz file. What can be read is written and read again, and must be the same.
#include "core/npz.h"

#include "core/error.h"
#include "tests/fuzzers/memory_file.h"

using namespace tinytorch;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::map<std::string, Tensor> tensors;
  try {
    tensors = load_npz(MemoryFile(data, size).path());
  } catch (const IoError&) {
    return 0;
  }
  const std::string path = scratch_path();
  try {
    save_npz(path, tensors, {.compressed = size % 2 == 0});
  } catch (const ValueError&) {
    return 0;  // a name that Python would cut at its NUL character
  }
  const std::map<std::string, Tensor> again = load_npz(path);
  std::filesystem::remove(path);
  if (again.size() != tensors.size()) std::abort();
  for (const auto& [name, x] : tensors) require_same(again.at(name), x);
  return 0;
}
