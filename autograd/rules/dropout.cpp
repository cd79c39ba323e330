#include "core/ops/internal/dropout.h"
#include "autograd/ops.h"
#include "autograd/rules/unary.h"
#include "autograd/tape.h"
#include "core/ops/internal/draw_guard.h"

namespace tinytorch {

// Linear in x: the gradient is the dropout of the gradient with the same mask.
Variable dropout(V x, double p, const RandomStream& stream) {
  return from_grad("dropout", dropout(x.value(), p, stream), x,
                   [p, stream](V grad) { return dropout(grad, p, stream); });
}

Variable dropout(V x, double p, bool training, Generator& generator) {
  detail::check_dropout(x.value(), p);
  if (!training || p == 0) return x;
  const DrawGuard guard(generator);
  return dropout(x, p, detail::take_dropout_stream(x.value(), p, generator));
}

}  // namespace tinytorch
