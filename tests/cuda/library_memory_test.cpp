// cuBLAS, cuBLASLt and cuDNN report that they could not allocate memory. Only the emulated device can make
// them do so.
#if __has_include("simt/fault.h")

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/ops/convolution.h"
#include "core/ops/creation.h"
#include "core/ops/matmul.h"
#include "simt/fault.h"
#include "tests/support/backend.h"

namespace tinytorch::testing {
namespace {

/// The messages of work(), of whose calls that need memory the first, the second and so on fails.
std::vector<std::string> messages_without_memory(const std::function<void()>& work) {
  work();  // creates handles, and fills the allocator's cache
  std::vector<std::string> messages;
  const std::uint64_t before = simt::memory_calls();
  work();
  const std::uint64_t calls = simt::memory_calls() - before;
  for (std::uint64_t n = 1; n <= calls; ++n) {
    simt::fail_call(n);
    try {
      work();
    } catch (const MemoryError& error) {
      messages.emplace_back(error.what());
    }
    simt::fail_call(0);
  }
  return messages;
}

void expect_message(const std::function<void()>& work, const std::string& call, const std::string& status) {
  int found = 0;
  for (const std::string& message : messages_without_memory(work))
    found += message.find(call) != std::string::npos && message.find(status) != std::string::npos ? 1 : 0;
  EXPECT_GE(found, 1) << call;
}

TEST(LibraryMemory, ThatIsMissingIsAMemoryError) {
  const Options options{.device = backend()};
  const Tensor x = ones({4, 3}, options), bias = ones({4}, options);
  const Tensor image = ones({2, 3, 5, 5}, options), filters = ones({4, 3, 2, 2}, options),
               grad = ones({2, 4, 4, 4}, options);
  const std::string of_blas = "the resource allocation failed", of_dnn = "DEVICE_ALLOCATION_FAILED";
  expect_message([&] { matmul(x, ones({3, 2}, options)); }, "cublasGemmStridedBatchedEx", of_blas);
  expect_message([&] { linear(x, x, bias); }, "cublasLtMatmul", of_blas);
  expect_message([&] { conv2d(image, filters); }, "cudnnConvolutionForward", of_dnn);
  expect_message([&] { conv2d_input_gradient(grad, filters, image.shape()); }, "cudnnConvolutionBackwardData",
                 of_dnn);
  expect_message([&] { conv2d_weight_gradient(grad, image, filters.shape()); },
                 "cudnnConvolutionBackwardFilter", of_dnn);
}

}  // namespace
}  // namespace tinytorch::testing

#endif
