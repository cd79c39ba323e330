#pragma once

#include <cstddef>
#include <string_view>

namespace simt {

enum class Order { forward, reverse, shuffled };

/// How the device runs. Tests may change these between launches; README.md says what each is for.
struct Options {
  int workers = 1;                             // SIMT_WORKERS
  Order order = Order::forward;                // SIMT_ORDER
  unsigned seed = 1;                           // SIMT_SEED
  bool protect = false;                        // SIMT_PROTECT; to be set before memory is allocated
  int devices = 1;                             // SIMT_DEVICES
  std::size_t memory = std::size_t{8} << 30U;  // SIMT_MEMORY: bytes of each device
};

/// The options, at first from the environment. A value there that is not valid ends the process with exit
/// code 2.
Options& options();

/// Leaves out what is at a site, as SIMT_OMIT=FILE_SUFFIX:LINE does; nothing, if the site is empty.
/// @throws std::invalid_argument  the site has another form
void omit(std::string_view site);

}  // namespace simt
