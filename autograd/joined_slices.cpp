#include "autograd/internal/joined_slices.h"

#include <algorithm>

#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/shape.h"

namespace tinytorch::detail {

bool JoinedSlices::add(const AxisRange& range, const Variable& grad) {
  const auto& [axis, start, stop, step] = range;
  if (step != 1) return false;
  if (empty()) {
    axis_ = axis;
    start_ = start;
    stop_ = start;
  }
  if (axis != axis_ || (stop != start_ && start != stop_)) return false;
  slices_.push_back({start, stop, grad});
  start_ = std::min(start_, start);
  stop_ = std::max(stop_, stop);
  return true;
}

Variable JoinedSlices::join(const Shape& shape) {
  const Tensor& first = slices_.front().grad.value();
  Tensor whole = tinytorch::empty(shape, {.dtype = first.dtype(), .device = first.device()});
  Tensor before = slice(whole, axis_, 0, start_), after = slice(whole, axis_, stop_);
  fill(before, 0);
  fill(after, 0);
  for (const Slice& each : slices_) {
    Tensor part = slice(whole, axis_, each.start, each.stop);
    assign(part, each.grad.value());
  }
  slices_.clear();
  return whole;
}

}  // namespace tinytorch::detail
