#pragma once

#include <string>

// The device's state after a fault in a kernel, for tests of code that runs on it.
namespace simt {

/// The report of the fault that the device is in; empty if there is none.
std::string last_fault();

/// Makes a device that has failed usable again. Its memory, streams and events stay; a GPU would have lost
/// them.
void reset_device();

}  // namespace simt
