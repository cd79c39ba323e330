#pragma once

#include "autograd/variable.h"
#include "core/ops/recurrent.h"

/// The gates of recurrent cells on Variables; see core/ops/recurrent.h, whose templates take Variables, too.
namespace tinytorch {

Variable lstm_gates(const Variable& from_input, const Variable& from_hidden, const Variable& cell);
Variable gru_gates(const Variable& from_input, const Variable& from_hidden, const Variable& hidden);

}  // namespace tinytorch
