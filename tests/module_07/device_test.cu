// The checks of module 07's kernel, which run on the device.
#include "modules/07_attention/attention_cuda.h"

#include <gtest/gtest.h>

#include <vector>

#include "modules/course/check.h"
#include "modules/course/device_array.h"
#include "tests/module_07/reference.h"

namespace attention {
namespace {

using tinytorch::course::DeviceArray;

Floats result_of(const Sizes& s, const Operands& in) {
  DeviceArray<float> q(in.q), k(in.k), v(in.v), y(static_cast<std::size_t>(s.queries * s.value_width));
  attend_cuda(s, q.data(), k.data(), v.data(), y.data(), nullptr);
  return y.values();
}

void check_attention(const Sizes& s, float factor = 1) {
  const Operands in(s, factor);
  tinytorch::course::check("attend_cuda", {in.q, in.k, in.v}, result_of(s, in), reference(s, in), 1e-5);
}

TEST(AttendCuda, OfOneBlock) {
  check_attention({.queries = 64, .keys = 9, .width = 4, .value_width = 3, .scale = 2});
}
TEST(AttendCuda, OfSeveralBlocks) {
  check_attention({.queries = 128, .keys = 5, .width = 4, .value_width = 3});
}
TEST(AttendCuda, WritesNothingBeyondTheEnd) {
  const Sizes s{.queries = 70, .keys = 2, .width = 2, .value_width = 2};
  EXPECT_EQ(result_of(s, Operands(s)).size(), 140U);  // or it throws
}
TEST(AttendCuda, HasAThreadForTheLastQueries) {
  check_attention({.queries = 70, .keys = 5, .width = 4, .value_width = 64});
}
TEST(AttendCuda, DoesNotOverflow) {
  check_attention({.queries = 3, .keys = 9, .width = 4, .value_width = 2}, 2000);
}
TEST(AttendCuda, SeesNothingLater) {
  check_attention({.queries = 6, .keys = 6, .width = 4, .value_width = 2, .causal = true, .offset = -1});
}

}  // namespace
}  // namespace attention
