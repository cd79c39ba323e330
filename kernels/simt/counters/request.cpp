#include "kernels/simt/counters/request.h"

#include <algorithm>

namespace simt {
namespace {

constexpr std::uintptr_t kSector = 32, kWord = 4;
constexpr unsigned kBanks = 32;

/// Different words in the bank that has the most, of the lanes [first, last) of the request.
unsigned ways_of(const Request& request, unsigned first, unsigned last) {
  std::uintptr_t words[kWarp * 4];
  unsigned size = 0, in_bank[kBanks] = {}, most = 0;
  for (unsigned i = first; i < last; ++i) {
    const std::uintptr_t behind = request.addresses[i] + request.bytes;
    for (std::uintptr_t word = request.addresses[i] / kWord; word * kWord < behind && size < kWarp * 4;
         ++word)
      words[size++] = word;
  }
  std::sort(words, words + size);
  const std::uintptr_t* const end = std::unique(words, words + size);
  for (const std::uintptr_t* word = words; word != end; ++word)
    most = std::max(most, ++in_bank[*word % kBanks]);
  return most;
}

/// Whether the lanes n and n ^ distance load the same, wherever both take part. Then a wide load serves twice
/// as many lanes in a pass.
bool pairs_agree(const Request& request, unsigned distance) {
  std::uintptr_t addresses[kWarp];
  bool present[kWarp] = {};
  for (unsigned i = 0; i < request.size; ++i) {
    addresses[request.lanes[i]] = request.addresses[i];
    present[request.lanes[i]] = true;
  }
  for (unsigned lane = 0; lane < kWarp; ++lane) {
    const unsigned other = lane ^ distance;
    if (present[lane] && present[other] && addresses[lane] != addresses[other]) return false;
  }
  return true;
}

/// Lanes that are served together: half a warp for 8 bytes each, a quarter for 16.
unsigned group_size(const Request& request, bool is_load) {
  const unsigned group = request.bytes > 8 ? kWarp / 4 : request.bytes > 4 ? kWarp / 2 : kWarp;
  const bool doubled = is_load && group < kWarp && (pairs_agree(request, 1) || pairs_agree(request, 2));
  return doubled ? 2 * group : group;
}

}  // namespace

unsigned sectors_of(const Request& request) {
  std::uintptr_t sectors[kWarp * 2];
  unsigned size = 0;
  for (unsigned i = 0; i < request.size; ++i) {
    sectors[size++] = request.addresses[i] / kSector;
    sectors[size++] = (request.addresses[i] + request.bytes - 1) / kSector;
  }
  std::sort(sectors, sectors + size);
  return static_cast<unsigned>(std::unique(sectors, sectors + size) - sectors);
}

Passes passes_of(const Request& request, bool is_load) {
  Passes passes;
  const unsigned group = group_size(request, is_load);
  for (unsigned first = 0; first < request.size;) {
    unsigned last = first;
    while (last < request.size && request.lanes[last] / group == request.lanes[first] / group) ++last;
    const unsigned ways = ways_of(request, first, last);
    passes.needed += ways;
    ++passes.minimum;
    passes.ways = std::max(passes.ways, ways);
    first = last;
  }
  return passes;
}

}  // namespace simt
