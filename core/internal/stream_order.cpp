#include "core/internal/stream_order.h"

namespace tinytorch {

void StreamOrder::join(Device device) {
  if (device.type == DeviceType::cpu) return;  // whose ops are done when they return
  const Stream current = Stream::current(device);
  const auto [last, is_first] = last_.try_emplace(device.index, current);
  if (is_first || last->second == current) return;
  Event(last->second).wait(current);
  last->second = current;
}

}  // namespace tinytorch
