// For kernels, which run on the emulated device.
#include "kernels/simt/executor/multiprocessor.h"
#include "modules/course/runner/device.h"
#include "simt/fault.h"
#include "simt/kernel_interface.h"

namespace tinytorch::course {

void end_kernel(const char* why) {
  if (simt::Multiprocessor::running() != nullptr) simt::device_fault(why, simt::Site::current());
}

std::string take_fault() {
  std::string fault = simt::last_fault();
  if (!fault.empty()) simt::reset_device();
  return fault;
}

}  // namespace tinytorch::course
