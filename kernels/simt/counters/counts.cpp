#include "kernels/simt/counters/counts.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <string>
#include <tuple>

#include "kernels/simt/counters/source_line.h"

namespace simt {
namespace {

struct Kernel {
  std::uint64_t launches = 0;
  InstructionCounts instructions;
};

std::atomic<bool> counting = false;
std::mutex mutex_of_kernels;  // workers run blocks at the same time
std::map<std::string, Kernel> kernels;

Access access_of(ThreadEvent::Kind kind) {
  return kind == ThreadEvent::Kind::load    ? Access::load
         : kind == ThreadEvent::Kind::store ? Access::store
                                            : Access::atomic;
}

/// The sums by source line.
std::vector<LineCounts> by_line(const InstructionCounts& instructions) {
  using Key = std::tuple<std::string, unsigned, Memory, Access>;
  std::map<Key, LineCounts> lines;
  for (const auto& [instruction, counts] : instructions) {
    const Site at = source_line({instruction.address, instruction.call});
    LineCounts& line = lines[Key(at.file, at.line, instruction.memory, instruction.access)];
    line.at = at;
    line.memory = instruction.memory;
    line.access = instruction.access;
    add(line, counts);
  }
  std::vector<LineCounts> result;
  for (const auto& [key, line] : lines) result.push_back(line);
  return result;
}

}  // namespace

void add_request(InstructionCounts& counts, const MergedRequest& merged) {
  const ThreadEvent& event = merged.event;
  LineCounts more{.at = {}, .requests = 1, .bytes = std::uint64_t{merged.request.size} * event.bytes};
  if (event.shared) {
    const Passes passes = passes_of(merged.request, event.kind == ThreadEvent::Kind::load);
    more.passes = passes.needed;
    more.least_passes = passes.minimum;
    more.ways = passes.ways;
  } else {
    more.sectors = sectors_of(merged.request);
  }
  add(counts[{event.instruction, merged.call, event.shared ? Memory::shared : Memory::global,
              access_of(event.kind)}],
      more);
}

void add(LineCounts& sum, const LineCounts& more) {
  sum.requests += more.requests;
  sum.bytes += more.bytes;
  sum.sectors += more.sectors;
  sum.passes += more.passes;
  sum.least_passes += more.least_passes;
  sum.ways = std::max(sum.ways, more.ways);
}

void count_accesses(bool on) { counting = on; }
bool counts_accesses() { return counting; }

void add_launch(const char* kernel) {
  const std::lock_guard lock(mutex_of_kernels);
  ++kernels[kernel].launches;
}

void add_to_kernel(const char* kernel, const InstructionCounts& counts) {
  const std::lock_guard lock(mutex_of_kernels);
  for (const auto& [instruction, more] : counts) add(kernels[kernel].instructions[instruction], more);
}

std::vector<KernelCounts> take_counts() {
  const std::lock_guard lock(mutex_of_kernels);
  std::vector<KernelCounts> result;
  for (const auto& [name, kernel] : kernels)
    result.push_back({name, kernel.launches, by_line(kernel.instructions)});
  kernels.clear();
  return result;
}

}  // namespace simt
