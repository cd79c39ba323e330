#include "core/ops/dropout.h"
#include "core/ops/dropout_kernels.h"

#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/internal/check.h"
#include "core/ops/internal/draw_guard.h"
#include "core/ops/internal/dropout.h"

namespace tinytorch {

void detail::check_dropout(const Tensor& x, double p) {
  require_floating("dropout", x);
  if (!(p >= 0 && p <= 1)) fail<ValueError>("dropout", "p is {}; it must be in [0, 1]", p);
}

RandomStream detail::take_dropout_stream(const Tensor& x, double p, Generator& generator) {
  check_dropout(x, p);
  return generator.advance(static_cast<std::uint64_t>(x.numel() / 4 + (x.numel() % 4 != 0 ? 1 : 0)));
}

Tensor dropout(const Tensor& x, double p, const RandomStream& stream) {
  const OpScope scope("dropout");
  detail::check_dropout(x, p);
  Tensor y = empty(x.shape(), {.dtype = x.dtype(), .device = x.device()});
  if (y.numel() > 0) kernels::dropout(stream, p, contiguous(x), y);
  return y;
}

Tensor dropout(const Tensor& x, double p, bool training, Generator& generator) {
  const OpScope scope("dropout");
  detail::check_dropout(x, p);
  if (!training || p == 0) return x;
  const DrawGuard guard(generator);
  return dropout(x, p, detail::take_dropout_stream(x, p, generator));
}

}  // namespace tinytorch
