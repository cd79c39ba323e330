#pragma once

#include <string>

#include "core/allocator.h"
#include "core/device.h"

namespace tinytorch {

/// What core must know of a type of device besides its kernels. One object a type, alive until the process
/// ends.
class Backend {
 public:
  virtual ~Backend() = default;

  /// How many devices can be used; 0 if this machine or this build has none.
  virtual int count() const = 0;
  /// Why count() is 0 and what to do about it.
  virtual std::string unavailable_reason() const = 0;
  /// The name of the hardware. The index is below count().
  virtual std::string describe(int index) const = 0;
  virtual Allocator& allocator(int index) = 0;
};

/// Puts in the backend of a type of device. Called by register_all_kernels().
void register_backend(DeviceType type, Backend& backend);

}  // namespace tinytorch
