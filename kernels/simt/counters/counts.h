#pragma once

#include <cstdint>
#include <map>
#include <tuple>

#include "kernels/simt/counters/counters.h"
#include "kernels/simt/counters/warp_merge.h"

// How counts are kept until take_counts() finds the source lines.
namespace simt {

struct Instruction {
  std::uintptr_t address = 0, call = 0;  ///< as in MergedRequest
  Memory memory = Memory::global;
  Access access = Access::load;

  bool operator<(const Instruction& other) const {
    return std::tie(address, call, memory, access) <
           std::tie(other.address, other.call, other.memory, other.access);
  }
};

/// Of a block or a kernel. The lines are not set.
using InstructionCounts = std::map<Instruction, LineCounts>;

void add_request(InstructionCounts& counts, const MergedRequest& request);
void add(LineCounts& sum, const LineCounts& more);

/// Whether accesses are to be counted.
bool counts_accesses();
void add_launch(const char* kernel);
void add_to_kernel(const char* kernel, const InstructionCounts& counts);

}  // namespace simt
