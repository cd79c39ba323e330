#include "core/ops/internal/transfer.h"
#include "core/ops/copy_kernels.h"

#include "core/internal/backend.h"
#include "core/internal/kernel_work.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/shape.h"

namespace tinytorch {

namespace {

/// Both contiguous and of one dtype.
void transfer_bytes(const Tensor& x, Tensor& y) {
  const ProfileScope scope("transfer", ScopeKind::kernel);
  Backend& backend = backend_of(x.device().type == DeviceType::cpu ? y.device() : x.device());
  const std::size_t bytes = static_cast<std::size_t>(x.numel()) * size_of(x.dtype());
  record_work(2 * bytes, 0);
  backend.copy(x.raw_data(), x.device(), y.raw_data(), y.device(), bytes);
}

}  // namespace

void transfer(const Tensor& x, Tensor& y) {
  if (x.device() == y.device()) return kernels::copy(x, y);
  // With the axes in y's memory order both are often contiguous, so that the bytes can be copied as they are.
  const Axes order = memory_order(y.strides());
  const Tensor source = contiguous(permute(x.to(y.dtype()), order));
  Tensor target = permute(y, order);
  if (target.is_contiguous()) return transfer_bytes(source, target);
  Tensor staged = empty(target.shape(), {.dtype = y.dtype(), .device = y.device()});
  transfer_bytes(source, staged);
  kernels::copy(staged, target);
}

}  // namespace tinytorch
