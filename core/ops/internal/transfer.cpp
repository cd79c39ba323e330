#include "core/ops/internal/transfer.h"
#include "core/ops/copy_kernels.h"

#include "core/internal/backend.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/shape.h"

namespace tinytorch {

namespace {

/// Both without gaps and of one type.
void transfer_bytes(const Tensor& x, Tensor& y) {
  Backend& backend = backend_of(x.device().type == DeviceType::cpu ? y.device() : x.device());
  backend.copy(x.raw_data(), x.device(), y.raw_data(), y.device(),
               static_cast<std::size_t>(x.numel()) * size_of(x.dtype()));
}

}  // namespace

void transfer(const Tensor& x, Tensor& y) {
  if (x.device() == y.device()) return kernels::copy(x, y);
  // In y's order in memory both are often row-major, so that the bytes can go as they are.
  const Axes order = memory_order(y.strides());
  const Tensor source = contiguous(permute(x.to(y.dtype()), order));
  Tensor target = permute(y, order);
  if (target.is_contiguous()) return transfer_bytes(source, target);
  Tensor landed = empty(target.shape(), {.dtype = y.dtype(), .device = y.device()});
  transfer_bytes(source, landed);
  kernels::copy(landed, target);
}

}  // namespace tinytorch
