#include "core/ops/internal/recurrent.h"

#include "core/internal/checked.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/internal/check.h"
#include "core/ops/recurrent_kernels.h"

namespace tinytorch {

namespace {

void check_gates(const char* op, std::int64_t gates, const Tensor& from_input, const Tensor& from_hidden,
                 const Tensor& state) {
  require_floating(op, from_input, "from_input");
  require_floating(op, from_hidden, "from_hidden");
  require_floating(op, state, "the state");
  Shape wanted = state.shape();
  if (!wanted.empty()) wanted.back() = checked_mul(op, wanted.back(), gates);
  if (wanted.empty() || from_input.shape() != wanted || from_hidden.shape() != wanted) {
    fail<ShapeError>(op,
                     "from_input is {}, from_hidden {}, the state {}; wanted [..., {} H] twice and [..., H]",
                     from_input.shape(), from_hidden.shape(), state.shape(), gates);
  }
  if (from_input.dtype() != state.dtype() || from_hidden.dtype() != state.dtype()) {
    fail<DTypeError>(op, "from_input is {}, from_hidden {}, the state {}; convert them with .to(dtype)",
                     from_input.dtype(), from_hidden.dtype(), state.dtype());
  }
  common_device(op, {"from_input", from_input}, {"from_hidden", from_hidden});
  common_device(op, {"from_input", from_input}, {"the state", state});
}

Tensor empty_contiguous(const Tensor& x) {
  return empty(x.shape(), {.dtype = x.dtype(), .device = x.device()});
}

}  // namespace

Tensor lstm_gates(const Tensor& from_input, const Tensor& from_hidden, const Tensor& cell) {
  const OpScope scope("lstm_gates");
  check_gates("lstm_gates", 4, from_input, from_hidden, cell);
  Shape shape = cell.shape();
  shape.insert(0, 2);
  Tensor y = empty(shape, {.dtype = cell.dtype(), .device = cell.device()});
  if (y.numel() > 0)
    kernels::lstm_gates(contiguous(from_input), contiguous(from_hidden), contiguous(cell), y);
  return y;
}

Tensor gru_gates(const Tensor& from_input, const Tensor& from_hidden, const Tensor& hidden) {
  const OpScope scope("gru_gates");
  check_gates("gru_gates", 3, from_input, from_hidden, hidden);
  Tensor y = empty_contiguous(hidden);
  if (y.numel() > 0)
    kernels::gru_gates(contiguous(from_input), contiguous(from_hidden), contiguous(hidden), y);
  return y;
}

namespace detail {

LstmGatesGradients lstm_gates_gradient(const Tensor& grad, const Tensor& from_input,
                                       const Tensor& from_hidden, const Tensor& cell) {
  LstmGatesGradients result{empty_contiguous(from_input), empty_contiguous(cell)};
  if (cell.numel() > 0) {
    kernels::lstm_gates_gradient(contiguous(grad), contiguous(from_input), contiguous(from_hidden),
                                 contiguous(cell), result.gates, result.cell);
  }
  return result;
}

GruGatesGradients gru_gates_gradient(const Tensor& grad, const Tensor& from_input, const Tensor& from_hidden,
                                     const Tensor& hidden) {
  GruGatesGradients result{empty_contiguous(from_input), empty_contiguous(from_hidden),
                           empty_contiguous(hidden)};
  if (hidden.numel() > 0) {
    kernels::gru_gates_gradient(contiguous(grad), contiguous(from_input), contiguous(from_hidden),
                                contiguous(hidden), result.from_input, result.from_hidden, result.hidden);
  }
  return result;
}

}  // namespace detail

TINYTORCH_INSTANTIATE_RECURRENT(Tensor);

}  // namespace tinytorch
