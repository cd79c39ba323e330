#include "kernels/simt/counters/warp_merge.h"

#include <algorithm>
#include <cstdlib>

namespace simt {
namespace {

bool waits(std::span<const ThreadEvent> events) {
  return !events.empty() && events.front().kind == ThreadEvent::Kind::warp_operation;
}
bool can_go_on(std::span<const ThreadEvent> events) { return !events.empty() && !waits(events); }

}  // namespace

void WarpMerge::clear() {
  for (Lane& lane : lanes_) lane = {};
}

void WarpMerge::run(std::span<const std::vector<ThreadEvent>> lanes,
                    const std::function<void(const MergedRequest&)>& issue) {
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    lanes_[i].events = lanes[i];
    follow_calls(lanes_[i]);
  }
  while (std::any_of(lanes_, lanes_ + kWarp, [](const Lane& lane) { return !lane.events.empty(); })) {
    if (const Lane* first = next_lane()) {
      const MergedRequest request = take_request(*first);
      if (request.event.kind != ThreadEvent::Kind::basic_block) issue(request);
    } else {
      finish_warp_operation();
    }
  }
}

/// Goes on to the next event that is not a call or its end.
void WarpMerge::follow_calls(Lane& lane) {
  for (; !lane.events.empty(); lane.events = lane.events.subspan(1)) {
    const ThreadEvent& event = lane.events.front();
    if (event.kind == ThreadEvent::Kind::call) {
      lane.calls.push_back(event.instruction);
    } else if (event.kind == ThreadEvent::Kind::leave) {
      if (!lane.calls.empty()) lane.calls.pop_back();
    } else {
      return;
    }
  }
}

/// Compares the addresses of the calls, the outermost first, and then that of the instruction.
bool WarpMerge::is_before(const Lane& a, const Lane& b) {
  const auto address = [](const Lane& lane, std::size_t i) {
    return i < lane.calls.size() ? lane.calls[i] : lane.events.front().instruction;
  };
  const std::size_t depth = std::min(a.calls.size(), b.calls.size());
  for (std::size_t i = 0; i < depth; ++i) {
    if (a.calls[i] != b.calls[i]) return a.calls[i] < b.calls[i];
  }
  return address(a, depth) < address(b, depth);
}

bool WarpMerge::are_together(const Lane& a, const Lane& b) {
  const ThreadEvent &x = a.events.front(), &y = b.events.front();
  return x.instruction == y.instruction && x.kind == y.kind && x.shared == y.shared && a.calls == b.calls;
}

/// The lane that goes next. Null: all wait in warp operations.
WarpMerge::Lane* WarpMerge::next_lane() {
  Lane* first = nullptr;
  for (Lane& lane : lanes_) {
    if (can_go_on(lane.events) && (first == nullptr || is_before(lane, *first))) first = &lane;
  }
  return first;
}

MergedRequest WarpMerge::take_request(const Lane& first) {
  MergedRequest merged{
      .event = first.events.front(), .call = first.calls.empty() ? 0 : first.calls.back(), .request = {}};
  merged.request.bytes = merged.event.bytes;
  bool takes_part[kWarp];
  for (unsigned i = 0; i < kWarp; ++i)
    takes_part[i] = can_go_on(lanes_[i].events) && are_together(lanes_[i], first);
  for (unsigned i = 0; i < kWarp; ++i) {
    if (!takes_part[i]) continue;
    Lane& lane = lanes_[i];
    merged.request.lanes[merged.request.size] = static_cast<unsigned char>(i);
    merged.request.addresses[merged.request.size++] = lane.events.front().address;
    lane.events = lane.events.subspan(1);
    follow_calls(lane);
  }
  return merged;
}

/// Lets the lanes of a warp operation go on. As the executor has let them, all of them wait.
void WarpMerge::finish_warp_operation() {
  const auto complete = [this](unsigned mask) {
    for (unsigned i = 0; i < kWarp; ++i) {
      if ((mask >> i & 1U) != 0 && !(waits(lanes_[i].events) && lanes_[i].events.front().mask == mask))
        return false;
    }
    return true;
  };
  for (const Lane& waiting : lanes_) {
    if (!waits(waiting.events) || !complete(waiting.events.front().mask)) continue;
    const unsigned mask = waiting.events.front().mask;
    for (unsigned i = 0; i < kWarp; ++i) {
      if ((mask >> i & 1U) == 0) continue;
      lanes_[i].events = lanes_[i].events.subspan(1);
      follow_calls(lanes_[i]);
    }
    return;
  }
  std::abort();  // a warp operation that ended without its lanes
}

}  // namespace simt
