// The errors of ops on indices for operands on different devices.
#include "core/ops/indexing.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "core/ops/creation.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

TEST(IndexErrors, OfDevices) {
  const Tensor x = zeros({3}, {.device = backend()}), there = zeros({1}, {.dtype = DType::i64});
  EXPECT_ERROR(index_select(x, 0, there), DeviceError,
               "[index_select] x is on cuda:0, the index on cpu; move one with .to(device)");
  EXPECT_ERROR(scatter(x, 0, there.to(backend()), zeros({1})), DeviceError,
               "[scatter] x is on cuda:0, the source on cpu; move one with .to(device)");
  EXPECT_ERROR(masked_select(x, zeros({3}, {.dtype = DType::boolean})), DeviceError,
               "[masked_select] x is on cuda:0, the mask on cpu; move one with .to(device)");
}

}  // namespace
}  // namespace tinytorch::testing
