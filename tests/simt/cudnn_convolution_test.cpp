#include "libraries_test.h"
#include "simt/fault.h"

#include <cudnn.h>
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <vector>

// The stand-in for cuDNN's convolutions: their results, and the status of each wrong argument.
namespace simt::test {
namespace {

using Four = std::array<int, 4>;
using Two = std::array<int, 2>;

int output_size(int image, int kernel, int stride, int padding, int dilation) {
  return (image + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
}

// The dimensions and options of a convolution, and its operands' layout.
struct Problem {
  Four x{2, 4, 5, 6}, w{6, 2, 3, 2};
  Two padding{1, 2}, stride{2, 1}, dilation{1, 2};
  int groups = 2;
  bool channels_last = false, flips = false;
  int spacing = 1;  // factor of all strides of x and y

  Four y() const {
    return {x[0], w[0], output_size(x[2], w[2], stride[0], padding[0], dilation[0]),
            output_size(x[3], w[3], stride[1], padding[1], dilation[1])};
  }
  Four strides(const Four& dims) const {
    if (channels_last) return {dims[1] * dims[2] * dims[3], 1, dims[3] * dims[1], dims[1]};
    return {spacing * dims[1] * dims[2] * dims[3], spacing * dims[2] * dims[3], spacing * dims[3], spacing};
  }
  static std::size_t offset(const Four& strides, const Four& index) {
    int offset = 0;
    for (std::size_t i = 0; i < 4; ++i) offset += strides[i] * index[i];
    return static_cast<std::size_t>(offset);
  }
  Four filter_strides() const {
    return channels_last ? Four{w[1] * w[2] * w[3], 1, w[3] * w[1], w[1]}
                         : Four{w[1] * w[2] * w[3], w[2] * w[3], w[3], 1};
  }
  // The size of the memory of an operand, in elements.
  std::size_t size(const Four& dims) const {
    return static_cast<std::size_t>(dims[0] * dims[1] * dims[2] * dims[3] * spacing);
  }

  // Calls visit(offset in x, offset in w, offset in y) for each product of the sums.
  template <class Visit>
  void for_each_product(const Visit& visit) const {
    const Four out = y(), sx = strides(x), sw = filter_strides(), sy = strides(out);
    for (int n = 0; n < out[0]; ++n)
      for (int o = 0; o < out[1]; ++o)
        for (int i = 0; i < out[2]; ++i)
          for (int j = 0; j < out[3]; ++j)
            for (int c = 0; c < w[1]; ++c)
              for (int k = 0; k < w[2]; ++k)
                for (int l = 0; l < w[3]; ++l) {
                  const int row = i * stride[0] - padding[0] + (flips ? w[2] - 1 - k : k) * dilation[0];
                  const int column = j * stride[1] - padding[1] + (flips ? w[3] - 1 - l : l) * dilation[1];
                  if (row < 0 || row >= x[2] || column < 0 || column >= x[3]) continue;
                  visit(offset(sx, {n, o / (w[0] / groups) * w[1] + c, row, column}),
                        offset(sw, {o, c, k, l}), offset(sy, {n, o, i, j}));
                }
  }
};

struct Descriptors {
  cudnnTensorDescriptor_t x = nullptr, y = nullptr;
  cudnnFilterDescriptor_t w = nullptr;
  cudnnConvolutionDescriptor_t conv = nullptr;

  Descriptors(const Problem& problem, cudnnDataType_t type) {
    EXPECT_EQ(cudnnCreateTensorDescriptor(&x), CUDNN_STATUS_SUCCESS);
    EXPECT_EQ(cudnnCreateTensorDescriptor(&y), CUDNN_STATUS_SUCCESS);
    EXPECT_EQ(cudnnCreateFilterDescriptor(&w), CUDNN_STATUS_SUCCESS);
    EXPECT_EQ(cudnnCreateConvolutionDescriptor(&conv), CUDNN_STATUS_SUCCESS);
    const Four out = problem.y(), sx = problem.strides(problem.x), sy = problem.strides(out);
    EXPECT_EQ(cudnnSetTensorNdDescriptor(x, type, 4, problem.x.data(), sx.data()), CUDNN_STATUS_SUCCESS);
    EXPECT_EQ(cudnnSetTensorNdDescriptor(y, type, 4, out.data(), sy.data()), CUDNN_STATUS_SUCCESS);
    EXPECT_EQ(
        cudnnSetFilterNdDescriptor(w, type, problem.channels_last ? CUDNN_TENSOR_NHWC : CUDNN_TENSOR_NCHW, 4,
                                   problem.w.data()),
        CUDNN_STATUS_SUCCESS);
    EXPECT_EQ(cudnnSetConvolutionNdDescriptor(
                  conv, 2, problem.padding.data(), problem.stride.data(), problem.dilation.data(),
                  problem.flips ? CUDNN_CONVOLUTION : CUDNN_CROSS_CORRELATION, type),
              CUDNN_STATUS_SUCCESS);
    EXPECT_EQ(cudnnSetConvolutionGroupCount(conv, problem.groups), CUDNN_STATUS_SUCCESS);
    EXPECT_EQ(cudnnSetConvolutionMathType(conv, CUDNN_FMA_MATH), CUDNN_STATUS_SUCCESS);
  }
  ~Descriptors() {
    EXPECT_EQ(cudnnDestroyTensorDescriptor(x), CUDNN_STATUS_SUCCESS);
    EXPECT_EQ(cudnnDestroyTensorDescriptor(y), CUDNN_STATUS_SUCCESS);
    EXPECT_EQ(cudnnDestroyFilterDescriptor(w), CUDNN_STATUS_SUCCESS);
    EXPECT_EQ(cudnnDestroyConvolutionDescriptor(conv), CUDNN_STATUS_SUCCESS);
  }
  Descriptors(const Descriptors&) = delete;
  Descriptors& operator=(const Descriptors&) = delete;
};

constexpr auto kForward = CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM;
constexpr auto kData = CUDNN_CONVOLUTION_BWD_DATA_ALGO_1;
constexpr auto kFilter = CUDNN_CONVOLUTION_BWD_FILTER_ALGO_1;

class CudnnConvolution : public testing::Test {
 protected:
  CudnnConvolution() { EXPECT_EQ(cudnnCreate(&handle_), CUDNN_STATUS_SUCCESS); }
  ~CudnnConvolution() override { EXPECT_EQ(cudnnDestroy(handle_), CUDNN_STATUS_SUCCESS); }

  // Checks all three directions, with alpha and beta; the sums are exact.
  template <class T>
  void check(const Problem& problem) {
    const Descriptors of(problem, kDataType<T>);
    const std::vector<T> x = fourths<T>(problem.size(problem.x), 1);
    const std::vector<T> w = fourths<T>(problem.size(problem.w), 2);
    const std::vector<T> y = fourths<T>(problem.size(problem.y()), 3);
    const T alpha = 2, beta = T(-0.5);
    std::vector<T> new_x(x), new_w(w), new_y(y);
    for (std::vector<T>* all : {&new_x, &new_w, &new_y})
      for (T& value : *all) value *= beta;
    problem.for_each_product([&](std::size_t in_x, std::size_t in_w, std::size_t in_y) {
      new_x[in_x] += alpha * w[in_w] * y[in_y];
      new_w[in_w] += alpha * x[in_x] * y[in_y];
      new_y[in_y] += alpha * x[in_x] * w[in_w];
    });
    const DeviceArray<T> x_array(x), w_array(w), y_array(y);
    std::size_t bytes = 0;
    ASSERT_EQ(cudnnGetConvolutionForwardWorkspaceSize(handle_, of.x, of.w, of.conv, of.y, kForward, &bytes),
              CUDNN_STATUS_SUCCESS);
    const DeviceArray<double> workspace(bytes / sizeof(double));
    {
      const DeviceArray<T> result(y);
      EXPECT_EQ(cudnnConvolutionForward(handle_, &alpha, of.x, x_array.data(), of.w, w_array.data(), of.conv,
                                        kForward, workspace.data(), bytes, &beta, of.y, result.data()),
                CUDNN_STATUS_SUCCESS);
      expect_where_used(problem, problem.y(), result.values(), new_y, y);
    }
    {
      const DeviceArray<T> result(x);
      EXPECT_EQ(
          cudnnConvolutionBackwardData(handle_, &alpha, of.w, w_array.data(), of.y, y_array.data(), of.conv,
                                       kData, workspace.data(), bytes, &beta, of.x, result.data()),
          CUDNN_STATUS_SUCCESS);
      expect_where_used(problem, problem.x, result.values(), new_x, x);
    }
    const DeviceArray<T> result(w);
    EXPECT_EQ(
        cudnnConvolutionBackwardFilter(handle_, &alpha, of.x, x_array.data(), of.y, y_array.data(), of.conv,
                                       kFilter, workspace.data(), bytes, &beta, of.w, result.data()),
        CUDNN_STATUS_SUCCESS);
    std::vector<T> filter = result.values();
    filter.resize(w.size() / static_cast<std::size_t>(problem.spacing));
    new_w.resize(filter.size());
    expect_same(filter, new_w);
  }

  // The convolution of kTenths channels of one pixel with ones.
  template <class T>
  T sum_of_tenths(cudnnStatus_t expected = CUDNN_STATUS_SUCCESS) {
    const Problem problem{.x = {1, kTenths, 1, 1},
                          .w = {1, kTenths, 1, 1},
                          .padding = {0, 0},
                          .stride = {1, 1},
                          .dilation = {1, 1},
                          .groups = 1};
    const Descriptors of(problem, kDataType<T>);
    const DeviceArray<T> x(std::vector<T>(kTenths, T(0.1))), w(std::vector<T>(kTenths, T(1))), y(1);
    const DeviceArray<double> workspace(64);
    const T one = 1, zero = 0;
    EXPECT_EQ(cudnnConvolutionForward(handle_, &one, of.x, x.data(), of.w, w.data(), of.conv, kForward,
                                      workspace.data(), 64 * sizeof(double), &zero, of.y, y.data()),
              expected);
    return y.values()[0];
  }

  // Memory between the elements of the tensor must be unchanged.
  template <class T>
  static void expect_where_used(const Problem& problem, const Four& dims, const std::vector<T>& actual,
                                const std::vector<T>& expected, const std::vector<T>& before) {
    std::vector<T> wanted = before;
    const Four strides = problem.strides(dims);
    for (int n = 0; n < dims[0]; ++n)
      for (int c = 0; c < dims[1]; ++c)
        for (int h = 0; h < dims[2]; ++h)
          for (int w = 0; w < dims[3]; ++w) {
            const std::size_t offset = Problem::offset(strides, {n, c, h, w});
            wanted[offset] = expected[offset];
          }
    expect_same(actual, wanted);
  }

  cudnnHandle_t handle_ = nullptr;
};

TEST_F(CudnnConvolution, ComputesAllDirections) {
  check<float>({});
  check<double>({});
}
TEST_F(CudnnConvolution, RespectsStrides) { check<float>({.spacing = 2}); }
TEST_F(CudnnConvolution, SupportsChannelsLastFloats) { check<float>({.channels_last = true}); }
TEST_F(CudnnConvolution, FlipsTheFilterIfAskedTo) { check<double>({.flips = true}); }
TEST_F(CudnnConvolution, SupportsDepthwiseConvolutions) {
  check<float>({.x = {1, 3, 4, 4}, .w = {3, 1, 3, 3}, .groups = 3});
}

TEST_F(CudnnConvolution, AddsOneAfterAnotherInTheTypeOfTheTensors) {
  EXPECT_EQ(sum_of_tenths<float>(), tenths_added_in<float>());
  EXPECT_EQ(sum_of_tenths<double>(), tenths_added_in<double>());
}

TEST_F(CudnnConvolution, ReportsThatMemoryIsMissing) {
  simt::fail_call(5);  // after four allocations: the launch
  sum_of_tenths<float>(CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED);
  simt::fail_call(0);
  EXPECT_EQ(cudaGetLastError(), cudaErrorMemoryAllocation);
}

TEST_F(CudnnConvolution, RefusesWhatItDoesNotSupport) {
  const Problem last{.channels_last = true};
  const Descriptors f64(last, CUDNN_DATA_DOUBLE);
  std::size_t bytes = 0;
  EXPECT_EQ(cudnnGetConvolutionForwardWorkspaceSize(handle_, f64.x, f64.w, f64.conv, f64.y, kForward, &bytes),
            CUDNN_STATUS_NOT_SUPPORTED);
  EXPECT_EQ(
      cudnnGetConvolutionBackwardDataWorkspaceSize(handle_, f64.w, f64.y, f64.conv, f64.x, kData, &bytes),
      CUDNN_STATUS_NOT_SUPPORTED);
  EXPECT_EQ(
      cudnnGetConvolutionBackwardFilterWorkspaceSize(handle_, f64.x, f64.y, f64.conv, f64.w, kFilter, &bytes),
      CUDNN_STATUS_NOT_SUPPORTED);
}

TEST_F(CudnnConvolution, RefusesDescriptorsThatDoNotAgree) {
  const Descriptors of(Problem{}, CUDNN_DATA_FLOAT), smaller(Problem{.x = {2, 4, 5, 5}}, CUDNN_DATA_FLOAT),
      f64(Problem{}, CUDNN_DATA_DOUBLE);
  std::size_t bytes = 0;
  const auto status = [&](cudnnTensorDescriptor_t x, cudnnFilterDescriptor_t w,
                          cudnnConvolutionDescriptor_t conv, cudnnTensorDescriptor_t y) {
    return cudnnGetConvolutionForwardWorkspaceSize(handle_, x, w, conv, y, kForward, &bytes);
  };
  EXPECT_EQ(status(of.x, of.w, of.conv, of.y), CUDNN_STATUS_SUCCESS);
  EXPECT_EQ(status(smaller.x, of.w, of.conv, of.y), CUDNN_STATUS_BAD_PARAM);
  EXPECT_EQ(status(f64.x, of.w, of.conv, of.y), CUDNN_STATUS_BAD_PARAM);
  EXPECT_EQ(status(of.x, f64.w, of.conv, of.y), CUDNN_STATUS_BAD_PARAM);
  EXPECT_EQ(status(of.x, of.w, f64.conv, of.y), CUDNN_STATUS_BAD_PARAM);
  EXPECT_EQ(status(of.x, nullptr, of.conv, of.y), CUDNN_STATUS_BAD_PARAM);
  EXPECT_EQ(status(of.x, of.w, nullptr, of.y), CUDNN_STATUS_BAD_PARAM);
  EXPECT_EQ(cudnnGetConvolutionForwardWorkspaceSize(nullptr, of.x, of.w, of.conv, of.y, kForward, &bytes),
            CUDNN_STATUS_NOT_INITIALIZED);
}

TEST_F(CudnnConvolution, RequiresItsWorkspace) {
  const Problem problem;
  const Descriptors of(problem, CUDNN_DATA_FLOAT);
  const DeviceArray<float> x(problem.size(problem.x)), w(problem.size(problem.w)),
      y(problem.size(problem.y()));
  const float one = 1;
  EXPECT_EQ(cudnnConvolutionForward(handle_, &one, of.x, x.data(), of.w, w.data(), of.conv, kForward, nullptr,
                                    0, &one, of.y, y.data()),
            CUDNN_STATUS_BAD_PARAM);
}

TEST_F(CudnnConvolution, DescriptorsCheckTheirArguments) {
  const Descriptors of(Problem{}, CUDNN_DATA_FLOAT);
  const Four dims{1, 1, 0, 1};
  const Two ones{1, 1}, none{0, 0};
  EXPECT_EQ(cudnnSetFilterNdDescriptor(of.w, CUDNN_DATA_FLOAT, CUDNN_TENSOR_NCHW, 4, dims.data()),
            CUDNN_STATUS_BAD_PARAM);
  EXPECT_EQ(cudnnSetFilterNdDescriptor(nullptr, CUDNN_DATA_FLOAT, CUDNN_TENSOR_NCHW, 4, dims.data()),
            CUDNN_STATUS_BAD_PARAM);
  EXPECT_EQ(cudnnSetConvolutionNdDescriptor(of.conv, 2, none.data(), none.data(), ones.data(),
                                            CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT),
            CUDNN_STATUS_BAD_PARAM);
  EXPECT_EQ(cudnnSetConvolutionNdDescriptor(of.conv, 3, ones.data(), ones.data(), ones.data(),
                                            CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT),
            CUDNN_STATUS_NOT_SUPPORTED);
  EXPECT_EQ(cudnnSetConvolutionGroupCount(of.conv, 0), CUDNN_STATUS_BAD_PARAM);
  EXPECT_EQ(cudnnSetConvolutionMathType(nullptr, CUDNN_FMA_MATH), CUDNN_STATUS_BAD_PARAM);
  EXPECT_EQ(cudnnCreateFilterDescriptor(nullptr), CUDNN_STATUS_BAD_PARAM);
  EXPECT_EQ(cudnnDestroyFilterDescriptor(nullptr), CUDNN_STATUS_BAD_PARAM);
  EXPECT_EQ(cudnnCreateConvolutionDescriptor(nullptr), CUDNN_STATUS_BAD_PARAM);
  EXPECT_EQ(cudnnDestroyConvolutionDescriptor(nullptr), CUDNN_STATUS_BAD_PARAM);
}

}  // namespace
}  // namespace simt::test
