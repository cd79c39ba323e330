#pragma once

#include <cstring>

#include "simt/kernel_interface.h"
#include "simt/one_of.h"

// Warp shuffles and votes.
namespace simt {

template <class T>
concept Shuffled =
    OneOf<T, int, unsigned, long, unsigned long, long long, unsigned long long, float, double> || requires {
  typename T::ShuffledByItsBits;
};

template <Shuffled T>
T shuffle(unsigned mask, T value, unsigned source, Site at) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof value);
  bits = warp_shuffle(mask, bits, source, at);
  std::memcpy(static_cast<void*>(&value), &bits, sizeof value);
  return value;
}

/// The lane's position in its segment of `width` lanes, and the first lane of the segment.
struct Segment {
  unsigned width, start, position;
  explicit Segment(int lanes)
      : width(static_cast<unsigned>(lanes)),
        start(registers.lane & ~(width - 1)),
        position(registers.lane & (width - 1)) {}
  /// The lane at a position of the segment; outside of the segment, the calling lane itself.
  unsigned lane_at(long long other) const {
    return start + (other >= 0 && other < width ? static_cast<unsigned>(other) : position);
  }
};

}  // namespace simt

// NOLINTBEGIN(bugprone-reserved-identifier, readability-identifier-naming)

template <simt::Shuffled T>
T __shfl_sync(unsigned mask, T value, int source, int width = 32, simt::Site at = simt::Site::current()) {
  const simt::Segment segment(width);
  return simt::shuffle(mask, value, segment.start + (static_cast<unsigned>(source) & (segment.width - 1)),
                       at);
}
template <simt::Shuffled T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32,
                 simt::Site at = simt::Site::current()) {
  const simt::Segment segment(width);
  return simt::shuffle(mask, value, segment.lane_at(static_cast<long long>(segment.position) - delta), at);
}
template <simt::Shuffled T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32,
                   simt::Site at = simt::Site::current()) {
  const simt::Segment segment(width);
  return simt::shuffle(mask, value, segment.lane_at(static_cast<long long>(segment.position) + delta), at);
}
template <simt::Shuffled T>
T __shfl_xor_sync(unsigned mask, T value, int lane_mask, int width = 32,
                  simt::Site at = simt::Site::current()) {
  const simt::Segment segment(width);
  return simt::shuffle(mask, value, segment.lane_at(segment.position ^ static_cast<unsigned>(lane_mask)), at);
}

inline unsigned __ballot_sync(unsigned mask, int predicate, simt::Site at = simt::Site::current()) {
  return simt::warp_ballot(mask, predicate, at);
}
inline int __any_sync(unsigned mask, int predicate, simt::Site at = simt::Site::current()) {
  return simt::warp_ballot(mask, predicate, at) != 0;
}
inline int __all_sync(unsigned mask, int predicate, simt::Site at = simt::Site::current()) {
  return simt::warp_ballot(mask, predicate, at) == mask;
}
/// Only the calling lane: a legal answer, and the one that a kernel can rely on least.
inline unsigned __activemask() { return 1U << simt::registers.lane; }

// NOLINTEND(bugprone-reserved-identifier, readability-identifier-naming)
