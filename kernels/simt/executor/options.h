#pragma once

#include <cstddef>
#include <string_view>

namespace simt {

enum class Order { forward, reverse, shuffled };

/// The options of the device; README.md describes them. Tests may change them between launches.
struct Options {
  int workers = 1;                             // SIMT_WORKERS
  Order order = Order::forward;                // SIMT_ORDER
  unsigned seed = 1;                           // SIMT_SEED
  bool protect = false;                        // SIMT_PROTECT; set it before memory is allocated
  int devices = 1;                             // SIMT_DEVICES
  std::size_t memory = std::size_t{8} << 30U;  // SIMT_MEMORY: bytes of each device
};

/// The options, initially from the environment. An invalid value there ends the process with exit code 2.
Options& options();

/// Leaves out the call at a source location, as SIMT_OMIT=FILE_SUFFIX:LINE does; an empty text leaves out
/// nothing.
/// @throws std::invalid_argument  the text has another form
void omit(std::string_view site);

}  // namespace simt
