#pragma once

#include <map>

#include "core/device.h"
#include "core/stream.h"

namespace tinytorch {

/// Orders the work of threads that change the same tensors one after another, each in a stream of its own.
/// Where a mutex orders the threads, it also guards this.
class StreamOrder {
 public:
  /// Makes the current stream of the device wait for the one of the call before.
  void join(Device device);

 private:
  std::map<int, Stream> last_;  // by the index of a CUDA device
};

}  // namespace tinytorch
