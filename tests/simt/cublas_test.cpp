#include "libraries_test.h"
#include "simt/fault.h"

#include <cublas_v2.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

// The stand-in for cuBLAS: its results, and the status of each wrong argument.
namespace simt::test {
namespace {

class Cublas : public testing::Test {
 protected:
  Cublas() { EXPECT_EQ(cublasCreate(&handle_), CUBLAS_STATUS_SUCCESS); }
  ~Cublas() override { EXPECT_EQ(cublasDestroy(handle_), CUBLAS_STATUS_SUCCESS); }

  template <class T>
  std::vector<T> multiply(const Product<T>& p, cublasComputeType_t compute = kCompute<T>) {
    const DeviceArray<T> a(p.a.values), b(p.b.values), c(p.c.values);
    EXPECT_EQ(cublasGemmStridedBatchedEx(handle_, p.op_a, p.op_b, p.m, p.n, p.k, &p.alpha, a.data(), kType<T>,
                                         static_cast<int>(p.a.ld), p.a.stride, b.data(), kType<T>,
                                         static_cast<int>(p.b.ld), p.b.stride, &p.beta, c.data(), kType<T>,
                                         static_cast<int>(p.c.ld), p.c.stride, p.batch, compute,
                                         CUBLAS_GEMM_DEFAULT),
              CUBLAS_STATUS_SUCCESS);
    return c.values();
  }

  // Squares a matrix in place; for calls that fail before they compute it.
  cublasStatus_t square(float* matrix, int size) {
    const float one = 1, zero = 0;
    return cublasGemmStridedBatchedEx(handle_, CUBLAS_OP_N, CUBLAS_OP_N, size, size, size, &one, matrix,
                                      CUDA_R_32F, size, 0, matrix, CUDA_R_32F, size, 0, &zero, matrix,
                                      CUDA_R_32F, size, 0, 1, CUBLAS_COMPUTE_32F, CUBLAS_GEMM_DEFAULT);
  }

  // A row of kTenths times a column of ones.
  template <class T>
  T sum_of_tenths() {
    Product<T> product(CUBLAS_OP_N, CUBLAS_OP_N);
    product.m = product.n = 1;
    product.k = kTenths;
    product.a = Matrices<T>(1, kTenths, 0, 1, 1);
    product.b = Matrices<T>(kTenths, 1, 0, 1, 1);
    std::fill(product.a.values.begin(), product.a.values.end(), T(0.1));
    std::fill(product.b.values.begin(), product.b.values.end(), T(1));
    return multiply(product)[0];
  }

  cublasHandle_t handle_ = nullptr;
};

TEST_F(Cublas, MultipliesWithEveryPairOfOperations) {
  for (const auto op_a : kOperations)
    for (const auto op_b : kOperations) {
      const Product<float> f32(op_a, op_b);
      expect_same(multiply(f32), f32.expected());
      const Product<double> f64(op_a, op_b);
      expect_same(multiply(f64), f64.expected());
    }
}

TEST_F(Cublas, LeavesElementsBetweenColumnsAndMatrices) {
  for (const auto op_a : kOperations)
    for (const auto op_b : kOperations) {
      const Product<float> product(op_a, op_b, /*padding=*/3, /*batch=*/2);
      expect_same(multiply(product), product.expected());
    }
}

TEST_F(Cublas, UsesOneMatrixForTheBatchIfTheStrideIsZero) {
  Product<float> product(CUBLAS_OP_N, CUBLAS_OP_T, 1, 3);
  product.a.stride = 0;
  product.b.stride = 0;
  expect_same(multiply(product), product.expected());
}

TEST_F(Cublas, ScalesProductAndResult) {
  Product<double> product(CUBLAS_OP_N, CUBLAS_OP_N, 2, 2);
  product.alpha = -0.5;
  product.beta = 2;
  expect_same(multiply(product), product.expected());
}

TEST_F(Cublas, DoesNotReadTheResultIfBetaIsZero) {
  Product<float> product(CUBLAS_OP_N, CUBLAS_OP_N);
  const std::vector<float> expected = product.expected();
  std::fill(product.c.values.begin(), product.c.values.end(), static_cast<float>(kNaN));
  expect_same(multiply(product), expected);
}

TEST_F(Cublas, AnEmptySumIsZero) {
  Product<float> product(CUBLAS_OP_N, CUBLAS_OP_N);
  product.k = 0;
  product.b.ld = 1;
  expect_same(multiply(product), std::vector<float>(product.c.values.size(), 0.0F));
}

TEST_F(Cublas, ResultsOfABatchMayInterleave) {
  // Two 2 x 2 matrices whose columns alternate, as those of the heads of an attention do.
  const DeviceArray<float> a({1, 0, 0, 1}), b({1, 2, 3, 4, 5, 6, 7, 8}), c(8);
  const float one = 1, zero = 0;
  EXPECT_EQ(cublasGemmStridedBatchedEx(handle_, CUBLAS_OP_N, CUBLAS_OP_N, 2, 2, 2, &one, a.data(), CUDA_R_32F,
                                       2, 0, b.data(), CUDA_R_32F, 2, 4, &zero, c.data(), CUDA_R_32F, 4, 2, 2,
                                       CUBLAS_COMPUTE_32F, CUBLAS_GEMM_DEFAULT),
            CUBLAS_STATUS_SUCCESS);
  expect_same(c.values(), {1, 2, 5, 6, 3, 4, 7, 8});
}

TEST_F(Cublas, RoundsToTf32OnlyIfAskedTo) {
  const float unit = 1.0F / 1024;  // the last of TF32's 10 bits at 1
  const auto rounded = [&](float offset) {
    return multiply(one_plus(offset), CUBLAS_COMPUTE_32F_FAST_TF32)[0] - 1;
  };
  EXPECT_EQ(rounded(unit / 4), 0);
  EXPECT_EQ(rounded(unit * 3 / 4), unit);
  EXPECT_EQ(rounded(unit / 2), 0);             // a tie, to even
  EXPECT_EQ(rounded(unit * 3 / 2), 2 * unit);  // a tie, to even
  EXPECT_EQ(multiply(one_plus(unit / 4))[0] - 1, unit / 4);

  EXPECT_EQ(cublasSetMathMode(handle_, CUBLAS_TF32_TENSOR_OP_MATH), CUBLAS_STATUS_SUCCESS);
  EXPECT_EQ(multiply(one_plus(unit / 4))[0] - 1, 0);
  EXPECT_EQ(multiply(one_plus(unit / 4), CUBLAS_COMPUTE_32F_PEDANTIC)[0] - 1, unit / 4);
}

TEST_F(Cublas, WritesToItsWorkspaceUntilTheStreamIsSet) {
  const std::vector<unsigned char> untouched(512);
  const DeviceArray<unsigned char> workspace(untouched);
  EXPECT_EQ(cublasSetWorkspace(handle_, workspace.data(), 512), CUBLAS_STATUS_SUCCESS);
  multiply(Product<float>(CUBLAS_OP_N, CUBLAS_OP_N));
  EXPECT_NE(workspace.values(), untouched);

  EXPECT_EQ(cudaMemset(workspace.data(), 0, 512), cudaSuccess);
  EXPECT_EQ(cublasSetStream(handle_, nullptr), CUBLAS_STATUS_SUCCESS);
  multiply(Product<float>(CUBLAS_OP_N, CUBLAS_OP_N));
  EXPECT_EQ(workspace.values(), untouched);
}

TEST_F(Cublas, RefusesAWorkspaceThatIsNotAligned) {
  const DeviceArray<unsigned char> workspace(512);
  EXPECT_EQ(cublasSetWorkspace(handle_, workspace.data() + 64, 256), CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_EQ(cublasSetWorkspace(handle_, nullptr, 256), CUBLAS_STATUS_INVALID_VALUE);
}

TEST_F(Cublas, ReturnsExecutionFailedForWhatTheDeviceRefuses) {
  cudaStream_t stream = nullptr;
  ASSERT_EQ(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess);
  ASSERT_EQ(cudaStreamDestroy(stream), cudaSuccess);
  ASSERT_EQ(cublasSetStream(handle_, stream), CUBLAS_STATUS_SUCCESS);
  const DeviceArray<float> one({1});
  EXPECT_EQ(square(one.data(), 1), CUBLAS_STATUS_EXECUTION_FAILED);
  EXPECT_EQ(cudaGetLastError(), cudaErrorInvalidResourceHandle);
}

TEST_F(Cublas, ReportsThatMemoryIsMissing) {
  const DeviceArray<float> one({1});
  simt::fail_call(1);
  EXPECT_EQ(square(one.data(), 1), CUBLAS_STATUS_ALLOC_FAILED);
  simt::fail_call(0);
  EXPECT_EQ(cudaGetLastError(), cudaErrorMemoryAllocation);
}

TEST_F(Cublas, AddsOneAfterAnotherInTheTypeOfTheMatrices) {
  EXPECT_EQ(sum_of_tenths<float>(), tenths_added_in<float>());
  EXPECT_EQ(sum_of_tenths<double>(), tenths_added_in<double>());
}

TEST_F(Cublas, IsNamedInTheReportOfAFault) {
  const DeviceArray<float> small(64 * 64);
  EXPECT_DEATH(square(small.data(), 65), "cublasGemmStridedBatchedEx");
}

TEST(CublasHandle, IsRefusedIfDestroyedOrNull) {
  cublasHandle_t handle = nullptr;
  EXPECT_EQ(cublasCreate(nullptr), CUBLAS_STATUS_INVALID_VALUE);
  ASSERT_EQ(cublasCreate(&handle), CUBLAS_STATUS_SUCCESS);
  ASSERT_EQ(cublasDestroy(handle), CUBLAS_STATUS_SUCCESS);
  for (const cublasHandle_t gone : {handle, cublasHandle_t{}}) {
    EXPECT_EQ(cublasDestroy(gone), CUBLAS_STATUS_NOT_INITIALIZED);
    EXPECT_EQ(cublasSetStream(gone, nullptr), CUBLAS_STATUS_NOT_INITIALIZED);
    EXPECT_EQ(cublasSetWorkspace(gone, nullptr, 0), CUBLAS_STATUS_NOT_INITIALIZED);
    EXPECT_EQ(cublasSetMathMode(gone, CUBLAS_DEFAULT_MATH), CUBLAS_STATUS_NOT_INITIALIZED);
  }
}

TEST(CublasHandle, RefusesAnUnknownMathMode) {
  cublasHandle_t handle = nullptr;
  ASSERT_EQ(cublasCreate(&handle), CUBLAS_STATUS_SUCCESS);
  EXPECT_EQ(cublasSetMathMode(handle, static_cast<cublasMath_t>(1)), CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_EQ(cublasDestroy(handle), CUBLAS_STATUS_SUCCESS);
}

TEST(CublasStatus, HasANameAndAText) {
  EXPECT_STREQ(cublasGetStatusName(CUBLAS_STATUS_INVALID_VALUE), "CUBLAS_STATUS_INVALID_VALUE");
  EXPECT_STREQ(cublasGetStatusString(CUBLAS_STATUS_NOT_INITIALIZED), "the library was not initialized");
}

// A valid call, which a test changes: A is 3 x 4 and B is 4 x 2, with a batch of two.
struct GemmCall {
  cublasHandle_t handle;
  int m = 3, n = 2, k = 4;
  cublasOperation_t op_a = CUBLAS_OP_N, op_b = CUBLAS_OP_N;
  float one = 1;
  const void *alpha = &one, *beta = &one;
  const void *a, *b;
  void* c;
  cudaDataType type_a = CUDA_R_32F, type_b = CUDA_R_32F, type_c = CUDA_R_32F;
  int lda = 3, ldb = 4, ldc = 3;
  long long stride_c = 6;
  int batch = 2;
  cublasComputeType_t compute = CUBLAS_COMPUTE_32F;
};

class CublasArguments : public Cublas {
 protected:
  template <class Change>
  cublasStatus_t status(Change change) {
    GemmCall call{.handle = handle_, .a = a_.data(), .b = b_.data(), .c = c_.data()};
    change(call);
    return cublasGemmStridedBatchedEx(call.handle, call.op_a, call.op_b, call.m, call.n, call.k, call.alpha,
                                      call.a, call.type_a, call.lda, 12, call.b, call.type_b, call.ldb, 8,
                                      call.beta, call.c, call.type_c, call.ldc, call.stride_c, call.batch,
                                      call.compute, CUBLAS_GEMM_DEFAULT);
  }

  DeviceArray<float> a_ = DeviceArray<float>(32), b_ = DeviceArray<float>(32), c_ = DeviceArray<float>(32);
};

#define EXPECT_GEMM(change, expected) EXPECT_EQ(status([&](GemmCall& call) { change; }), expected) << #change

TEST_F(CublasArguments, GiveSuccess) {
  EXPECT_GEMM((void)call, CUBLAS_STATUS_SUCCESS);
  EXPECT_GEMM(call.stride_c = -6; call.c = c_.data() + 6, CUBLAS_STATUS_SUCCESS);
  EXPECT_GEMM(call.op_a = CUBLAS_OP_T; call.lda = 4, CUBLAS_STATUS_SUCCESS);
}

TEST_F(CublasArguments, GiveSuccessWithoutPointersIfThereIsNothingToDo) {
  EXPECT_GEMM(call.m = 0; call.a = call.b = call.c = nullptr, CUBLAS_STATUS_SUCCESS);
  EXPECT_GEMM(call.n = 0; call.a = call.b = call.c = nullptr, CUBLAS_STATUS_SUCCESS);
  EXPECT_GEMM(call.batch = 0; call.a = call.b = call.c = nullptr, CUBLAS_STATUS_SUCCESS);
  EXPECT_GEMM(call.k = 0; call.a = call.b = nullptr, CUBLAS_STATUS_SUCCESS);
}

TEST_F(CublasArguments, GiveNotInitialized) {
  EXPECT_GEMM(call.handle = nullptr, CUBLAS_STATUS_NOT_INITIALIZED);
}

TEST_F(CublasArguments, GiveInvalidValueForSizes) {
  EXPECT_GEMM(call.m = -1, CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_GEMM(call.n = -1, CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_GEMM(call.k = -1, CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_GEMM(call.batch = -1, CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_GEMM(call.lda = 2, CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_GEMM(call.ldb = 3, CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_GEMM(call.ldc = 2, CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_GEMM(call.op_a = CUBLAS_OP_T, CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_GEMM(call.op_b = CUBLAS_OP_T; call.ldb = 1, CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_GEMM(call.m = 0; call.ldc = 0, CUBLAS_STATUS_INVALID_VALUE);
}

TEST_F(CublasArguments, GiveInvalidValueForPointers) {
  EXPECT_GEMM(call.alpha = nullptr, CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_GEMM(call.beta = nullptr, CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_GEMM(call.a = nullptr, CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_GEMM(call.b = nullptr, CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_GEMM(call.c = nullptr, CUBLAS_STATUS_INVALID_VALUE);
}

TEST_F(CublasArguments, GiveInvalidValueForResultsThatOverlap) {
  EXPECT_GEMM(call.stride_c = 0, CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_GEMM(call.stride_c = 5, CUBLAS_STATUS_INVALID_VALUE);
  EXPECT_GEMM(call.ldc = 5; call.stride_c = 3, CUBLAS_STATUS_INVALID_VALUE);
}

TEST_F(CublasArguments, GiveNotSupportedForTypes) {
  EXPECT_GEMM(call.type_a = CUDA_R_64F, CUBLAS_STATUS_NOT_SUPPORTED);
  EXPECT_GEMM(call.type_b = CUDA_R_64F, CUBLAS_STATUS_NOT_SUPPORTED);
  EXPECT_GEMM(call.type_c = CUDA_R_64F, CUBLAS_STATUS_NOT_SUPPORTED);
  EXPECT_GEMM(call.compute = CUBLAS_COMPUTE_64F, CUBLAS_STATUS_NOT_SUPPORTED);
  EXPECT_GEMM(call.compute = static_cast<cublasComputeType_t>(72), CUBLAS_STATUS_NOT_SUPPORTED);
}

}  // namespace
}  // namespace simt::test
