#include "core/cpu_backend.h"

#include <cstdlib>
#include <fstream>
#include <string>

#include "core/caching_allocator.h"

namespace tinytorch {

namespace {

class HostMemory : public RawMemory {
 public:
  // Sizes are multiples of the alignment, see CachingAllocator.
  void* allocate(std::size_t bytes) override { return std::aligned_alloc(kAlignment, bytes); }
  void deallocate(void* block) noexcept override { std::free(block); }

  std::size_t available() const override {
    std::ifstream file("/proc/meminfo");
    for (std::string word; file >> word;) {
      std::size_t kibibytes = 0;
      if (word == "MemAvailable:" && file >> kibibytes) return kibibytes * 1024;
    }
    return 0;
  }
};

class CpuBackend : public Backend {
 public:
  int count() const override { return 1; }
  std::string unavailable_reason() const override { return {}; }
  Allocator& allocator(int) override { return allocator_; }

  std::string describe(int) const override {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
      const std::size_t colon = line.find(": ");
      if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
    }
    return "CPU";
  }

 private:
  HostMemory memory_;
  CachingAllocator allocator_{"cpu", memory_};
};

}  // namespace

Backend& cpu_backend() {
  // Never destroyed: tensors with static lifetime return their memory after any static object would be gone.
  static Backend& backend = *new CpuBackend;
  return backend;
}

}  // namespace tinytorch
