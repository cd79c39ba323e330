// Operands on different devices: each op of several operands names both devices and the way out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "autograd/functional.h"
#include "autograd/ops.h"
#include "core/error.h"
#include "core/ops/creation.h"
#include "core/ops/optimizer.h"
#include "nn/key_value_cache.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

Tensor here(const Shape& shape, DType dtype = DType::f32) {
  return ones(shape, {.dtype = dtype, .device = backend()});
}
Tensor on_host(const Shape& shape, DType dtype = DType::f32) { return ones(shape, {.dtype = dtype}); }

struct Mixed {
  const char* op;
  std::function<void()> call;
};

std::vector<Mixed> mixed_calls() {
  const Tensor x = here({2, 2}), y = on_host({2, 2}), row = on_host({2}),
               index = on_host({2, 2}, DType::i64) - 1;
  const Tensor line = on_host({2}, DType::i64) - 1, mask = on_host({2, 2}, DType::boolean);
  const Tensor image = here({1, 1, 3, 3}), kernel = on_host({1, 1, 2, 2});
  const Tensor heads = here({1, 1, 2, 2}), other_heads = on_host({1, 1, 2, 2});
  return {
      {"add", [=] { x + y; }},
      {"atan2", [=] { atan2(x, y); }},
      {"remainder", [=] { remainder(x, y); }},
      {"lt", [=] { static_cast<void>(x < y); }},
      {"where", [=] { where(mask, x, x); }},
      {"matmul", [=] { matmul(x, y); }},
      {"linear", [=] { linear(x, y, row); }},
      {"concat",
       [=] {
         concat({x, y});
       }},
      {"slice_scatter", [=] { slice_scatter(x, y, 0); }},
      {"gather", [=] { gather(x, 0, index); }},
      {"scatter", [=] { scatter(x, 0, index, x); }},
      {"scatter_add", [=] { scatter_add(x, 0, index.to(backend()), y); }},
      {"index_select", [=] { index_select(x, 0, line); }},
      {"index_add", [=] { index_add(x, 0, line, x); }},
      {"take_along_axis", [=] { take_along_axis(x, index, 0); }},
      {"embedding", [=] { embedding(x, line); }},
      {"masked_select", [=] { masked_select(x, mask); }},
      {"conv2d", [=] { conv2d(image, kernel); }},
      {"layer_norm", [=] { layer_norm(x, {2}, row); }},
      {"rms_norm", [=] { rms_norm(x, {2}, row); }},
      {"batch_norm", [=] { batch_norm(x, row, row); }},
      {"group_norm", [=] { group_norm(x, 1, row); }},
      {"instance_norm",
       [=] {
         instance_norm(here({1, 2, 2}), row);
       }},
      {"scaled_dot_product_attention", [=] { scaled_dot_product_attention(heads, other_heads, heads); }},
      {"scaled_dot_product_attention",
       [=] { scaled_dot_product_attention(heads, heads, heads, {.mask = y}); }},
      {"rotate_halves", [=] { rotate_halves(x, on_host({1}), on_host({1})); }},
      {"cross_entropy", [=] { cross_entropy(x, line); }},
      {"nll_loss", [=] { nll_loss(x, line); }},
      {"mse_loss", [=] { mse_loss(x, y); }},
      {"l1_loss", [=] { l1_loss(x, y); }},
      {"kl_div", [=] { kl_div(x, y); }},
      {"binary_cross_entropy_with_logits", [=] { binary_cross_entropy_with_logits(x, y); }},
  };
}

TEST(DeviceErrors, NameTheOpBothDevicesAndTheWayOut) {
  for (const Mixed& mixed : mixed_calls()) {
    SCOPED_TRACE(mixed.op);
    try {
      mixed.call();
      ADD_FAILURE() << "it went through";
    } catch (const DeviceError& error) {
      EXPECT_THAT(error.what(), ::testing::StartsWith("[" + std::string(mixed.op) + "] "));
      EXPECT_THAT(error.what(), ::testing::HasSubstr("on " + to_string(backend())));
      EXPECT_THAT(error.what(), ::testing::HasSubstr("on cpu"));
      EXPECT_THAT(error.what(), ::testing::HasSubstr(".to("));
    }
  }
}

TEST(DeviceErrors, NameTheOperandsAsTheHeaderDoes) {
  const std::string name = to_string(backend()), way_out = "; move one with .to(device)";
  const Tensor x = here({2, 2}), y = on_host({2, 2}), batch = here({1, 2, 2});
  EXPECT_ERROR(linear(x, y, here({2})), DeviceError,
               "[linear] x is on " + name + ", the weight on cpu" + way_out);
  EXPECT_ERROR(addmm(y, x, x), DeviceError, "[addmm] x is on cpu, a and b on " + name + way_out);
  EXPECT_ERROR(addmm(x, x, y), DeviceError, "[addmm] a is on " + name + ", b on cpu" + way_out);
  EXPECT_ERROR(baddbmm(y, batch, batch), DeviceError, "[baddbmm] x is on cpu, a and b on " + name + way_out);
  EXPECT_ERROR(mse_loss(x, y), DeviceError,
               "[mse_loss] the prediction is on " + name + ", the target on cpu" + way_out);
  EXPECT_ERROR(quantile(x, on_host({2}), 0), DeviceError,
               "[quantile] x is on " + name + ", q on cpu" + way_out);
  EXPECT_ERROR(repeat_interleave(x, on_host({2}, DType::i64), 0), DeviceError,
               "[repeat_interleave] x is on " + name + ", repeats on cpu" + way_out);
}

TEST(DeviceErrors, OfAKeyValueCache) {
  nn::KeyValueCache cache;
  const Tensor x = here({2, 1, 3, 4}), there = x.to(Device::cpu());
  const std::string name = to_string(backend());
  EXPECT_ERROR(cache.append(x, there), DeviceError,
               "[KeyValueCache] keys are on " + name + ", values on cpu; move one with .to(device)");
  cache.append(x, x);
  EXPECT_ERROR(
      cache.append(there, there), DeviceError,
      "[KeyValueCache] keys are on cpu, those in the cache on " + name + "; move one with .to(device)");
}

TEST(DeviceErrors, OfACondition) {
  EXPECT_ERROR(
      where(on_host({2}, DType::boolean), here({2}), here({2})), DeviceError,
      "[where] the condition is on cpu, a and b on " + to_string(backend()) + "; move one with .to(device)");
}

TEST(DeviceErrors, OfAScalarThatIsChangedInPlace) {
  Tensor scalar(1.0f);  // it would follow b, but its memory cannot
  EXPECT_ERROR(scalar += here({}), DeviceError,
               "[add] in place on cpu, but b is on " + to_string(backend()) + "; move one with .to(device)");
  Tensor there = here({});
  there += scalar;
  EXPECT_EQ(there.item(), 2);
}

TEST(DeviceErrors, OfGradients) {
  const std::string name = to_string(backend());
  const Variable x = variable(here({2}));
  EXPECT_ERROR((x * 2).backward(on_host({2})), DeviceError,
               "[backward] the seed is on cpu, but the value is on " + name + "; move it with .to()");
  EXPECT_ERROR(jvp([](const auto& at) { return at[0] * 2; }, {here({2})}, {on_host({2})}), DeviceError,
               "[jvp] tangent 0 is on cpu, but its input is on " + name + "; move it with .to()");
}

TEST(DeviceErrors, OfADeviceThatIsNotThere) {
  EXPECT_ERROR(zeros({2}, {.device = Device::cuda(99)}), DeviceError,
               "[zeros] there is no cuda:99; this machine has " +
                   std::to_string(device_count(DeviceType::cuda)) + " of them, numbered from 0");
}

TEST(DeviceErrors, OfAnOptimizersStep) {
  const Tensor p = here({2}), there = p.to(Device::cpu());
  const std::string name = to_string(backend());
  const SgdStep step{.learning_rate = 1, .momentum = 0, .weight_decay = 0, .nesterov = false};
  std::vector<ParameterUpdate> mixed{{p, there}}, apart{{p, p}, {there, there}};
  EXPECT_ERROR(
      sgd_step(step, mixed), DeviceError,
      "[sgd_step] a parameter is on " + name + ", but its gradient on cpu; move one with .to(device)");
  EXPECT_ERROR(
      sgd_step(step, apart), DeviceError,
      "[sgd_step] one parameter is on " + name + ", another on cpu; update those of each device apart");
  EXPECT_TENSOR_EQ(p, {1.0, 1.0});
}

}  // namespace
}  // namespace tinytorch::testing
