#pragma once

#include <cstdint>

#include "kernels/simt/executor/fiber.h"
#include "simt/kernel_interface.h"

namespace simt {

inline constexpr unsigned kMaxThreads = 1024;  // of a block
inline constexpr unsigned kWarp = 32;
inline constexpr unsigned kMaxWarps = kMaxThreads / kWarp;

enum class State : unsigned char { unstarted, runnable, at_barrier, in_warp_operation, exited };

/// A thread of the running block.
struct DeviceThread {
  uint3 index{};
  unsigned number = 0, lane = 0, warp = 0;
  State state = State::unstarted;
  Fiber* fiber = nullptr;
  tsan::Context context = nullptr;

  Site at;  // of the barrier or warp operation that it waits in

  // Its operands in a warp operation.
  WarpOp operation{};
  unsigned mask = 0, source = 0;
  std::uint64_t value = 0;  // the operand, then the result
  void* pointer = nullptr;
  tsan::Point* point = nullptr;
};

}  // namespace simt
