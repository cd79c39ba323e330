#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "kernels/simt/counters/request.h"
#include "kernels/simt/counters/thread_event.h"

namespace simt {

/// A request, with where it comes from.
struct MergedRequest {
  ThreadEvent event;        ///< of one of its lanes
  std::uintptr_t call = 0;  ///< the return address of the call whose function has the instruction
  Request request;
};

/// Makes requests of warps out of what each thread did: as a GPU runs a warp, the lanes that come next are
/// those whose instruction is first in the program, and all lanes that are at the same one go together.
class WarpMerge {
 public:
  /// Forgets the calls of the lanes, at the begin of a block.
  void clear();

  /// Merges the events of the lanes up to a barrier of the block, or to its end.
  void run(std::span<const std::vector<ThreadEvent>> lanes,
           const std::function<void(const MergedRequest&)>& issue);

 private:
  struct Lane {
    std::span<const ThreadEvent> events;     // still to come
    std::vector<std::uintptr_t> calls = {};  // the functions that it is in; they outlive a barrier
  };

  static void follow_calls(Lane& lane);
  static bool is_before(const Lane& a, const Lane& b);
  static bool are_together(const Lane& a, const Lane& b);
  void finish_warp_operation();
  Lane* next_lane();
  MergedRequest take_request(const Lane& first);

  Lane lanes_[kWarp];
};

}  // namespace simt
