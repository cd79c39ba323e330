#include "core/ops/internal/dropout.h"
#include "autograd/ops.h"
#include "autograd/tape.h"

namespace tinytorch {

// Linear in x: the gradient is the dropout of the gradient with the same mask.
Variable dropout(const Variable& x, double p, const RandomStream& stream) {
  return record("dropout", dropout(x.value(), p, stream), {x},
                [p, stream](const RuleArguments& at) { return Gradients(dropout(at.grad, p, stream)); });
}

Variable dropout(const Variable& x, double p, bool training, Generator& generator) {
  if (training && p > 0) return dropout(x, p, detail::take_dropout_stream(x.value(), p, generator));
  detail::check_dropout(x.value(), p);
  return x;
}

}  // namespace tinytorch
