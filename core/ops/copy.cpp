#include "core/ops/copy.h"
#include "core/ops/copy_kernels.h"
#include "core/ops/creation_kernels.h"

#include "core/ops/creation.h"
#include "core/ops/internal/check.h"
#include "core/ops/internal/transfer.h"
#include "core/ops/shape.h"

namespace tinytorch {

namespace {

/// False only where x and y share no memory.
bool may_overlap(const Tensor& x, const Tensor& y) { return x.storage() == y.storage(); }

}  // namespace

Tensor clone(const Tensor& x) {
  const OpScope scope("clone");
  require_defined("clone", x);
  Tensor y = empty_like(x);
  if (x.numel() > 0) kernels::copy(x, y);
  return y;
}

Tensor contiguous(const Tensor& x) {
  require_defined("contiguous", x);
  if (x.is_contiguous()) return x;
  const OpScope scope("contiguous");
  Tensor y = empty(x.shape(), {.dtype = x.dtype(), .device = x.device()});
  kernels::copy(x, y);
  return y;
}

void fill(Tensor& x, Scalar value) {
  require_defined("fill", x);
  if (x.numel() > 0) kernels::fill(value, x);
  x.storage()->bump_version();
}

void assign(Tensor& x, const Tensor& source) {
  const OpScope scope("assign");
  require_defined("assign", x);
  require_defined("assign", source, "the source");
  require_writable("assign", x);
  if (broadcast_shapes("assign", source.shape(), x.shape()) != x.shape()) {
    fail<ShapeError>("assign", "a source of shape {} does not fit into {}", source.shape(), x.shape());
  }
  const Tensor from = may_overlap(source, x) ? clone(source) : source;
  if (x.numel() > 0) transfer(expand(from, x.shape()), x);
  x.storage()->bump_version();
}

}  // namespace tinytorch
