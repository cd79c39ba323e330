#include "libraries_test.h"

#include <cublasLt.h>
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

// The stand-in for cuBLASLt: its results, and the status of each wrong argument.
namespace simt::test {
namespace {

// The arguments of cublasLtMatmul for a product.
template <class T>
struct LtCall {
  cublasLtHandle_t handle = nullptr;
  cublasLtMatmulDesc_t desc = nullptr;
  cublasLtMatrixLayout_t a_layout = nullptr, b_layout = nullptr, c_layout = nullptr, d_layout = nullptr;
  cublasLtMatmulPreference_t preference = nullptr;
  DeviceArray<T> a_values, b_values, c_values, bias_values;
  T alpha, beta;
  const void *alpha_pointer = &alpha, *beta_pointer = &beta;
  const void *a = a_values.data(), *b = b_values.data(), *c = c_values.data();
  void* d = c_values.data();
  const cublasLtMatmulAlgo_t* algo = nullptr;
  void* workspace = nullptr;
  std::size_t workspace_bytes = 0;

  LtCall(const Product<T>& p, const std::vector<T>& bias, cublasComputeType_t compute = kCompute<T>)
      : a_values(p.a.values),
        b_values(p.b.values),
        c_values(p.c.values),
        bias_values(bias),
        alpha(p.alpha),
        beta(p.beta) {
    EXPECT_EQ(cublasLtCreate(&handle), CUBLAS_STATUS_SUCCESS);
    EXPECT_EQ(cublasLtMatmulDescCreate(&desc, compute, kType<T>), CUBLAS_STATUS_SUCCESS);
    EXPECT_EQ(cublasLtMatmulPreferenceCreate(&preference), CUBLAS_STATUS_SUCCESS);
    set(CUBLASLT_MATMUL_DESC_TRANSA, std::int32_t{p.op_a});
    set(CUBLASLT_MATMUL_DESC_TRANSB, std::int32_t{p.op_b});
    a_layout = layout(p.a.rows, p.a.cols, p.a.ld);
    b_layout = layout(p.b.rows, p.b.cols, p.b.ld);
    c_layout = layout(p.c.rows, p.c.cols, p.c.ld);
    d_layout = layout(p.c.rows, p.c.cols, p.c.ld);
  }
  ~LtCall() {
    for (const auto layout : layouts_) EXPECT_EQ(cublasLtMatrixLayoutDestroy(layout), CUBLAS_STATUS_SUCCESS);
    EXPECT_EQ(cublasLtMatmulPreferenceDestroy(preference), CUBLAS_STATUS_SUCCESS);
    EXPECT_EQ(cublasLtMatmulDescDestroy(desc), CUBLAS_STATUS_SUCCESS);
    EXPECT_EQ(cublasLtDestroy(handle), CUBLAS_STATUS_SUCCESS);
  }
  LtCall(const LtCall&) = delete;
  LtCall& operator=(const LtCall&) = delete;

  template <class V>
  void set(cublasLtMatmulDescAttributes_t attribute, V value) {
    EXPECT_EQ(cublasLtMatmulDescSetAttribute(desc, attribute, &value, sizeof value), CUBLAS_STATUS_SUCCESS);
  }
  template <class V>
  void set(cublasLtMatmulPreferenceAttributes_t attribute, V value) {
    EXPECT_EQ(cublasLtMatmulPreferenceSetAttribute(preference, attribute, &value, sizeof value),
              CUBLAS_STATUS_SUCCESS);
  }
  void set_epilogue(cublasLtEpilogue_t epilogue) {
    set(CUBLASLT_MATMUL_DESC_EPILOGUE, std::uint32_t{epilogue});
  }
  void set_bias(const T* bias) { set(CUBLASLT_MATMUL_DESC_BIAS_POINTER, static_cast<const void*>(bias)); }

  cublasLtMatrixLayout_t layout(std::int64_t rows, std::int64_t cols, std::int64_t ld,
                                cudaDataType type = kType<T>) {
    cublasLtMatrixLayout_t layout = nullptr;
    EXPECT_EQ(cublasLtMatrixLayoutCreate(&layout, type, static_cast<std::uint64_t>(rows),
                                         static_cast<std::uint64_t>(cols), ld),
              CUBLAS_STATUS_SUCCESS);
    layouts_.push_back(layout);
    return layout;
  }

  cublasStatus_t heuristic(int requested, cublasLtMatmulHeuristicResult_t* results, int* returned) {
    return cublasLtMatmulAlgoGetHeuristic(handle, desc, a_layout, b_layout, c_layout, d_layout, preference,
                                          requested, results, returned);
  }
  cublasStatus_t multiply() {
    return cublasLtMatmul(handle, desc, alpha_pointer, a, a_layout, b, b_layout, beta_pointer, c, c_layout, d,
                          d_layout, algo, workspace, workspace_bytes, nullptr);
  }

 private:
  std::vector<cublasLtMatrixLayout_t> layouts_;
};

template <class T>
class CublasLt : public testing::Test {};
using Floats = testing::Types<float, double>;
TYPED_TEST_SUITE(CublasLt, Floats);

TYPED_TEST(CublasLt, AppliesEveryEpilogue) {
  using T = TypeParam;
  const Product<T> product(CUBLAS_OP_T, CUBLAS_OP_N, 2);
  const std::vector<T> bias = fourths<T>(static_cast<std::size_t>(product.m), 9);
  for (const auto epilogue : {CUBLASLT_EPILOGUE_DEFAULT, CUBLASLT_EPILOGUE_RELU, CUBLASLT_EPILOGUE_BIAS,
                              CUBLASLT_EPILOGUE_RELU_BIAS}) {
    LtCall<T> call(product, bias);
    call.set_epilogue(epilogue);
    call.set_bias(call.bias_values.data());
    ASSERT_EQ(call.multiply(), CUBLAS_STATUS_SUCCESS);
    expect_same(call.c_values.values(), product.expected([&](T value, std::int64_t i) {
      if (epilogue & CUBLASLT_EPILOGUE_BIAS) value += bias[static_cast<std::size_t>(i)];
      return (epilogue & CUBLASLT_EPILOGUE_RELU) && value < 0 ? T(0) : value;
    }));
  }
}

TYPED_TEST(CublasLt, MultipliesWithEveryPairOfOperations) {
  using T = TypeParam;
  for (const auto op_a : kOperations)
    for (const auto op_b : kOperations) {
      Product<T> product(op_a, op_b, 1);
      product.alpha = T(-2);
      product.beta = T(0.5);
      LtCall<T> call(product, {});
      ASSERT_EQ(call.multiply(), CUBLAS_STATUS_SUCCESS);
      expect_same(call.c_values.values(), product.expected());
    }
}

using LtFloat = LtCall<float>;
const Product<float> plain_product(CUBLAS_OP_N, CUBLAS_OP_N);

TEST(CublasLtMatmul, RoundsToTf32IfAskedTo) {
  const Product<float> product = one_plus(1.0F / 4096);
  for (const auto& [compute, expected] :
       {std::pair{CUBLAS_COMPUTE_32F_FAST_TF32, 1.0F}, std::pair{CUBLAS_COMPUTE_32F, 1 + 1.0F / 4096}}) {
    LtFloat call(product, {}, compute);
    call.a_layout = call.b_layout = call.c_layout = call.d_layout = call.layout(1, 1, 1);
    ASSERT_EQ(call.multiply(), CUBLAS_STATUS_SUCCESS);
    EXPECT_EQ(call.c_values.values()[0], expected);
  }
}

TEST(CublasLtMatmul, WritesToDAndReadsC) {
  Product<float> product(CUBLAS_OP_N, CUBLAS_OP_N);
  product.beta = 1;
  LtFloat call(product, {});
  const DeviceArray<float> result(product.c.values.size());
  call.d = result.data();
  ASSERT_EQ(call.multiply(), CUBLAS_STATUS_SUCCESS);
  expect_same(result.values(), product.expected());
  expect_same(call.c_values.values(), product.c.values);
}

TEST(CublasLtMatmul, UsesTheLayoutOfDIfCHasNone) {
  LtFloat call(plain_product, {});
  call.c_layout = nullptr;
  EXPECT_EQ(call.multiply(), CUBLAS_STATUS_SUCCESS);
}

#define EXPECT_MATMUL(change, expected)                  \
  {                                                      \
    LtFloat call(plain_product, std::vector<float>(21)); \
    change;                                              \
    EXPECT_EQ(call.multiply(), expected) << #change;     \
  }

TEST(CublasLtMatmul, GivesNotInitialized) {
  LtFloat call(plain_product, {});
  const cublasLtHandle_t handle = std::exchange(call.handle, nullptr);
  EXPECT_EQ(call.multiply(), CUBLAS_STATUS_NOT_INITIALIZED);
  call.handle = handle;
}

TEST(CublasLtMatmul, GivesInvalidValueForPointers) {
  EXPECT_MATMUL(call.alpha_pointer = nullptr, CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_MATMUL(call.beta_pointer = nullptr, CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_MATMUL(call.a = nullptr, CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_MATMUL(call.b = nullptr, CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_MATMUL(call.c = nullptr, CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_MATMUL(call.d = nullptr, CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_MATMUL(call.a_layout = nullptr, CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_MATMUL(call.d_layout = nullptr, CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_MATMUL(call.a = static_cast<const char*>(call.a) + 2, CUBLAS_STATUS_INVALID_VALUE);
}

TEST(CublasLtMatmul, GivesInvalidValueForAnEpilogueWithoutItsBias) {
  EXPECT_MATMUL(call.set_epilogue(CUBLASLT_EPILOGUE_BIAS), CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_MATMUL(call.set_epilogue(CUBLASLT_EPILOGUE_RELU_BIAS), CUBLAS_STATUS_INVALID_VALUE);
}

TEST(CublasLtMatmul, GivesInvalidValueForLayoutsThatDoNotAgree) {
  // A is 21 x 35, B 35 x 18, C and D 21 x 18.
  EXPECT_MATMUL(call.a_layout = call.layout(20, 35, 21), CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_MATMUL(call.b_layout = call.layout(34, 18, 35), CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_MATMUL(call.b_layout = call.layout(35, 17, 35), CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_MATMUL(call.c_layout = call.layout(21, 17, 21), CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_MATMUL(call.c_layout = call.layout(21, 18, 22), CUBLAS_STATUS_INVALID_VALUE);  // C is D
  EXPECT_MATMUL(call.a_layout = call.layout(21, 35, 20), CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_MATMUL(call.a_layout = call.layout(21, 0, 21), CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_MATMUL(call.set(CUBLASLT_MATMUL_DESC_TRANSA, std::int32_t{CUBLAS_OP_T}),
                CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_MATMUL(call.set(CUBLASLT_MATMUL_DESC_TRANSA, std::int32_t{7}), CUBLAS_STATUS_INVALID_VALUE);
}

TEST(CublasLtMatmul, GivesNotSupportedForTypesAndEpilogues) {
  EXPECT_MATMUL(call.a_layout = call.layout(21, 35, 21, CUDA_R_64F), CUBLAS_STATUS_NOT_SUPPORTED);
  EXPECT_MATMUL(call.set(CUBLASLT_MATMUL_DESC_EPILOGUE, std::uint32_t{32}), CUBLAS_STATUS_NOT_SUPPORTED);
  LtFloat call(plain_product, {}, CUBLAS_COMPUTE_64F);
  EXPECT_EQ(call.multiply(), CUBLAS_STATUS_NOT_SUPPORTED);
}

TEST(CublasLtMatmul, GivesInvalidValueForAnAlgoThatNoHeuristicReturned) {
  const cublasLtMatmulAlgo_t made_up{};
  EXPECT_MATMUL(call.algo = &made_up, CUBLAS_STATUS_INVALID_VALUE);
}

TEST(CublasLtMatmul, GivesInvalidValueForAWorkspace) {
  const DeviceArray<unsigned char> workspace(1024);
  EXPECT_MATMUL(call.workspace = workspace.data() + 16;
                call.workspace_bytes = 512, CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_MATMUL(call.workspace_bytes = 512, CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_MATMUL(call.workspace = workspace.data(); call.workspace_bytes = 512, CUBLAS_STATUS_SUCCESS);
}

TEST(CublasLtHeuristic, RespectsTheWorkspaceThatThePreferenceAllows) {
  LtFloat call(plain_product, {});
  std::array<cublasLtMatmulHeuristicResult_t, 4> results{};
  int returned = 0;
  ASSERT_EQ(call.heuristic(4, results.data(), &returned), CUBLAS_STATUS_SUCCESS);
  ASSERT_EQ(returned, 1);
  EXPECT_EQ(results[0].state, CUBLAS_STATUS_SUCCESS);
  EXPECT_EQ(results[0].workspaceSize, 0u);

  call.set(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, std::uint64_t{4} << 20);
  ASSERT_EQ(call.heuristic(1, results.data(), &returned), CUBLAS_STATUS_SUCCESS);
  ASSERT_EQ(returned, 1);
  EXPECT_EQ(results[0].workspaceSize, std::size_t{1} << 20);
}

TEST(CublasLtHeuristic, ReturnsAnAlgoThatRequiresItsWorkspace) {
  LtFloat call(plain_product, {});
  call.set(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, std::uint64_t{4} << 20);
  cublasLtMatmulHeuristicResult_t result{};
  int returned = 0;
  ASSERT_EQ(call.heuristic(1, &result, &returned), CUBLAS_STATUS_SUCCESS);
  const DeviceArray<unsigned char> workspace(result.workspaceSize);
  call.algo = &result.algo;
  EXPECT_EQ(call.multiply(), CUBLAS_STATUS_INVALID_VALUE);
  call.workspace = workspace.data();
  call.workspace_bytes = result.workspaceSize - 1;
  EXPECT_EQ(call.multiply(), CUBLAS_STATUS_INVALID_VALUE);
  call.workspace_bytes = result.workspaceSize;
  EXPECT_EQ(call.multiply(), CUBLAS_STATUS_SUCCESS);
  expect_same(call.c_values.values(), plain_product.expected());
}

TEST(CublasLtHeuristic, ReturnsAnAlgoForTheAlignmentOfThePreference) {
  LtFloat call(plain_product, {});
  const DeviceArray<float> shifted(plain_product.a.values.size() + 1);
  call.a = shifted.data() + 1;
  cublasLtMatmulHeuristicResult_t result{};
  int returned = 0;
  ASSERT_EQ(call.heuristic(1, &result, &returned), CUBLAS_STATUS_SUCCESS);
  call.algo = &result.algo;
  EXPECT_EQ(call.multiply(), CUBLAS_STATUS_INVALID_VALUE);
  call.set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, std::uint32_t{4});
  ASSERT_EQ(call.heuristic(1, &result, &returned), CUBLAS_STATUS_SUCCESS);
  EXPECT_EQ(call.multiply(), CUBLAS_STATUS_SUCCESS);
}

TEST(CublasLtHeuristic, ChecksItsArguments) {
  LtFloat call(plain_product, {});
  cublasLtMatmulHeuristicResult_t result{};
  int returned = 0;
  EXPECT_EQ(call.heuristic(0, &result, &returned), CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_EQ(call.heuristic(1, nullptr, &returned), CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_EQ(call.heuristic(1, &result, nullptr), CUBLAS_STATUS_INVALID_VALUE);
  call.set_epilogue(CUBLASLT_EPILOGUE_BIAS);  // its pointer may come later
  EXPECT_EQ(call.heuristic(1, &result, &returned), CUBLAS_STATUS_SUCCESS);
  call.a_layout = call.b_layout;
  EXPECT_EQ(call.heuristic(1, &result, &returned), CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_EQ(returned, 0);
}

TEST(CublasLtStatus, HasAText) {
  EXPECT_STREQ(cublasLtGetStatusString(CUBLAS_STATUS_NOT_INITIALIZED), "the library was not initialized");
}

TEST(CublasLtDescriptors, CheckAttributes) {
  LtFloat call(plain_product, {});
  const std::int64_t wide = 0;
  EXPECT_EQ(cublasLtMatmulDescSetAttribute(call.desc, CUBLASLT_MATMUL_DESC_TRANSA, &wide, sizeof wide),
            CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_EQ(cublasLtMatmulDescSetAttribute(call.desc, CUBLASLT_MATMUL_DESC_TRANSA, nullptr, 4),
            CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_EQ(cublasLtMatmulDescSetAttribute(nullptr, CUBLASLT_MATMUL_DESC_TRANSA, &wide, 4),
            CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_EQ(cublasLtMatmulPreferenceSetAttribute(call.preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES,
                                                 &wide, 4),
            CUBLAS_STATUS_INVALID_VALUE);
}

TEST(CublasLtDescriptors, AreRefusedIfDestroyed) {
  LtFloat call(plain_product, {});
  const cublasLtMatrixLayout_t layout = call.a_layout;
  cublasLtMatrixLayout_t gone = nullptr;
  ASSERT_EQ(cublasLtMatrixLayoutCreate(&gone, CUDA_R_32F, 21, 35, 21), CUBLAS_STATUS_SUCCESS);
  ASSERT_EQ(cublasLtMatrixLayoutDestroy(gone), CUBLAS_STATUS_SUCCESS);
  EXPECT_EQ(cublasLtMatrixLayoutDestroy(gone), CUBLAS_STATUS_INVALID_VALUE);
  call.a_layout = gone;
  EXPECT_EQ(call.multiply(), CUBLAS_STATUS_INVALID_VALUE);
  call.a_layout = layout;
  EXPECT_EQ(call.multiply(), CUBLAS_STATUS_SUCCESS);
}

}  // namespace
}  // namespace simt::test
