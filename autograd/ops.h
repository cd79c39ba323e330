#pragma once

#include "autograd/ops/activation.h"
#include "autograd/ops/arithmetic.h"
#include "autograd/ops/attention.h"
#include "autograd/ops/bitwise.h"
#include "autograd/ops/comparison.h"
#include "autograd/ops/convolution.h"
#include "autograd/ops/copy.h"
#include "autograd/ops/dropout.h"
#include "autograd/ops/indexing.h"
#include "autograd/ops/loss.h"
#include "autograd/ops/math.h"
#include "autograd/ops/matmul.h"
#include "autograd/ops/normalization.h"
#include "autograd/ops/pooling.h"
#include "autograd/ops/positions.h"
#include "autograd/ops/quantile.h"
#include "autograd/ops/rearrange.h"
#include "autograd/ops/recurrent.h"
#include "autograd/ops/reduction.h"
#include "autograd/ops/scan.h"
#include "autograd/ops/shape.h"
#include "autograd/ops/sort.h"
#include "autograd/ops/unfold.h"
#include "autograd/variable.h"
#include "core/ops/composite.h"
#include "core/ops/cross_entropy.h"
#include "core/ops/einsum.h"
#include "core/ops/interpolate.h"
#include "core/ops/linear_algebra.h"
#include "core/ops/sampling.h"
#include "core/ops/statistics.h"

/// The ops on Variables. Each computes what the op of the same name computes on Tensors, and records its
/// gradient rule; an op without a derivative returns a Tensor. The headers of core/ops document shapes and
/// errors. Ops with their own gradient rules are declared in autograd/ops and defined in autograd/rules; ops
/// that are composed of others are templates in core/ops.
