#pragma once

#include <string>
#include <vector>

namespace tito {

struct Backend {
  std::string name;  ///< cpu or cuda
  bool available;
  bool emulated;     ///< the host acts as the device
  std::string text;  ///< the hardware, or why there is none and what to do about it
};

/// What the library sees of this machine.
struct Devices {
  std::string instruction_set;  ///< of the CPU kernels
  std::string onednn;           ///< version and path of the library that is loaded; empty without oneDNN
  std::vector<Backend> backends;
};

/// Asks the program `devices` of this build.
/// @throws std::runtime_error  it is not built, or fails
Devices read_devices();

}  // namespace tito
