#include "core/internal/cpu_backend.h"

#include <pthread.h>
#include <sys/mman.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>

#include "core/internal/caching_allocator.h"

namespace tinytorch {

namespace {

class HostMemory : public RawMemory {
  static constexpr std::size_t kHugePage = std::size_t{2} << 20, kManyPages = 2 * kHugePage;

 public:
  // Sizes are multiples of kAlignment: see RawMemory.
  void* allocate(std::size_t bytes) override {
    if (bytes < kManyPages) return std::aligned_alloc(kAlignment, bytes);
    void* block = nullptr;
    if (posix_memalign(&block, kHugePage, bytes) != 0) return nullptr;
    // Pages of 2 MiB, where Linux gives them on request: a pass over a large tensor otherwise spends much of
    // its time in misses of the TLB. It is only advice, so errors do not matter.
    madvise(block, bytes, MADV_HUGEPAGE);
    return block;
  }
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

/// Ops on the host complete before they return, so that there is nothing to wait for.
class HostStream : public StreamState {
 public:
  using StreamState::StreamState;
  void synchronize() override {}
  bool is_done() override { return true; }
};

class HostEvent : public EventState {
 public:
  void record(StreamState&) override { time_ = std::chrono::steady_clock::now(); }
  void wait(StreamState&) override {}
  void synchronize() override {}
  bool is_done() override { return true; }
  double milliseconds_since(EventState& start) override {
    const auto elapsed = time_ - static_cast<HostEvent&>(start).time_;
    return std::chrono::duration<double, std::milli>(elapsed).count();
  }

 private:
  std::chrono::steady_clock::time_point time_;
};

/// This thread's current stream. A plain pointer, since tensors may be destroyed after thread-local objects.
StreamState*& current_host_stream() {
  static const std::shared_ptr<StreamState>& initial =
      *new std::shared_ptr<StreamState>(std::make_shared<HostStream>(Device::cpu()));
  thread_local StreamState* stream = initial.get();
  return stream;
}

class CpuBackend : public Backend {
 public:
  int count() const override { return 1; }
  std::string unavailable_reason() const override { return {}; }
  CachingAllocator& allocator(int) override { return allocator_; }

  std::string describe(int) const override {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
      const std::size_t colon = line.find(": ");
      if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
    }
    return "CPU";
  }

  std::shared_ptr<StreamState> make_stream(int) override {
    return std::make_shared<HostStream>(Device::cpu());
  }
  std::unique_ptr<EventState> make_event(int) override { return std::make_unique<HostEvent>(); }
  std::shared_ptr<StreamState> current_stream(int) override {
    return current_host_stream()->shared_from_this();
  }
  void set_current_stream(StreamState& stream) override { current_host_stream() = &stream; }
  void synchronize(int) override {}
  void copy(const void* from, Device, void* to, Device, std::size_t bytes) override {
    std::memcpy(to, from, bytes);
  }

 private:
  HostMemory memory_;
  CachingAllocator allocator_{"cpu", memory_};
};

}  // namespace

namespace {

std::mutex& allocator_mutex() { return static_cast<CpuBackend&>(cpu_backend()).allocator(0).mutex(); }

CpuBackend& make_cpu_backend() {
  auto& backend = *new CpuBackend;  // may throw, and then be called again
  // A child process could not unlock the mutex of a thread that it does not have.
  pthread_atfork([] { allocator_mutex().lock(); }, [] { allocator_mutex().unlock(); },
                 [] { allocator_mutex().unlock(); });
  return backend;
}

}  // namespace

Backend& cpu_backend() {
  // Never destroyed, since tensors with static storage duration free their memory after all static objects.
  static Backend& backend = make_cpu_backend();
  return backend;
}

}  // namespace tinytorch
