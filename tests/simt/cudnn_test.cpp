#include "libraries_test.h"

#include <cudnn.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

// The stand-in for cuDNN's softmax: its results, and the status of each wrong argument.
namespace simt::test {
namespace {

using Ints = std::vector<int>;

// The dimensions and strides of a tensor.
struct Layout {
  Ints dims, strides;

  // The size of the memory that the tensor needs, in elements.
  std::size_t size() const {
    std::size_t last = 0;
    for (std::size_t i = 0; i < dims.size(); ++i)
      last += static_cast<std::size_t>((dims[i] - 1) * strides[i]);
    return last + 1;
  }
  // Calls visit(offset, group) for each element; a softmax sums over the elements of a group.
  template <class Visit>
  void for_each(cudnnSoftmaxMode_t mode, Visit visit) const {
    std::size_t elements = 1;
    for (const int dim : dims) elements *= static_cast<std::size_t>(dim);
    for (std::size_t element = 0; element < elements; ++element) {
      std::size_t rest = element, offset = 0, group = 0;
      for (std::size_t i = dims.size(); i-- > 0;) {
        const auto dim = static_cast<std::size_t>(dims[i]);
        const std::size_t index = rest % dim;
        rest /= dim;
        offset += index * static_cast<std::size_t>(strides[i]);
        const bool reduced = mode == CUDNN_SOFTMAX_MODE_CHANNEL ? i == 1 : i != 0;
        if (!reduced) group = group * dim + index;
      }
      visit(offset, group);
    }
  }
};

const Layout packed{{2, 3, 4, 5}, {60, 20, 5, 1}};
const Layout channels_last{{2, 3, 4, 5}, {60, 1, 15, 3}};
const Layout padded{{2, 3, 4, 5}, {200, 64, 12, 2}};
const Layout five_dims{{2, 3, 2, 2, 5}, {60, 20, 10, 5, 1}};
const Layout seven_dims{{2, 3, 2, 1, 2, 5, 1}, {70, 22, 10, 10, 5, 1, 1}};

class Descriptor {
 public:
  Descriptor() { EXPECT_EQ(cudnnCreateTensorDescriptor(&desc_), CUDNN_STATUS_SUCCESS); }
  Descriptor(cudnnDataType_t type, const Layout& layout) : Descriptor() {
    EXPECT_EQ(set(type, layout.dims, layout.strides), CUDNN_STATUS_SUCCESS);
  }
  ~Descriptor() { EXPECT_EQ(cudnnDestroyTensorDescriptor(desc_), CUDNN_STATUS_SUCCESS); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  cudnnStatus_t set(cudnnDataType_t type, const Ints& dims, const Ints& strides) {
    return cudnnSetTensorNdDescriptor(desc_, type, static_cast<int>(dims.size()), dims.data(),
                                      strides.data());
  }
  cudnnTensorDescriptor_t get() const { return desc_; }

 private:
  cudnnTensorDescriptor_t desc_ = nullptr;
};

template <class T>
std::vector<T> softmax(const Layout& layout, cudnnSoftmaxAlgorithm_t algo, cudnnSoftmaxMode_t mode,
                       const std::vector<T>& x) {
  std::vector<double> sums(x.size());
  layout.for_each(mode, [&](std::size_t i, std::size_t group) { sums[group] += std::exp(double{x[i]}); });
  std::vector<T> y(x.size());
  layout.for_each(mode, [&](std::size_t i, std::size_t group) {
    const double log = double{x[i]} - std::log(sums[group]);
    y[i] = static_cast<T>(algo == CUDNN_SOFTMAX_LOG ? log : std::exp(log));
  });
  return y;
}

// dx[i] = sum over j of dy[j] * (the derivative of y[j] with respect to x[i]).
template <class T>
std::vector<T> softmax_gradient(const Layout& layout, cudnnSoftmaxAlgorithm_t algo, cudnnSoftmaxMode_t mode,
                                const std::vector<T>& y, const std::vector<T>& dy) {
  const bool log = algo == CUDNN_SOFTMAX_LOG;
  std::vector<double> sums(y.size());
  layout.for_each(mode, [&](std::size_t i, std::size_t group) {
    sums[group] += log ? double{dy[i]} : double{dy[i]} * double{y[i]};
  });
  std::vector<T> dx(y.size());
  layout.for_each(mode, [&](std::size_t i, std::size_t group) {
    const double y_i = double{y[i]}, dy_i = double{dy[i]};
    dx[i] = static_cast<T>(log ? dy_i - std::exp(y_i) * sums[group] : y_i * (dy_i - sums[group]));
  });
  return dx;
}

// Memory between the elements of the layout must be unchanged.
template <class T>
void expect_near(const Layout& layout, const std::vector<T>& actual, const std::vector<T>& expected,
                 const std::vector<T>& before) {
  std::vector<T> wanted = before;
  layout.for_each(CUDNN_SOFTMAX_MODE_CHANNEL, [&](std::size_t i, std::size_t) { wanted[i] = expected[i]; });
  const double tolerance = sizeof(T) == sizeof(float) ? 1e-6 : 1e-14;
  for (std::size_t i = 0; i < wanted.size(); ++i)
    ASSERT_NEAR(double{actual[i]}, double{wanted[i]}, tolerance * (1 + std::abs(double{wanted[i]}))) << i;
}

class Cudnn : public testing::Test {
 protected:
  Cudnn() { EXPECT_EQ(cudnnCreate(&handle_), CUDNN_STATUS_SUCCESS); }
  ~Cudnn() override { EXPECT_EQ(cudnnDestroy(handle_), CUDNN_STATUS_SUCCESS); }

  template <class T>
  void check(const Layout& layout, cudnnSoftmaxAlgorithm_t algo, cudnnSoftmaxMode_t mode) {
    const Descriptor desc(kDataType<T>, layout);
    const std::vector<T> x = fourths<T>(layout.size(), 1), dy = fourths<T>(layout.size(), 2);
    const std::vector<T> before(layout.size(), T(7));
    const DeviceArray<T> x_array(x), dy_array(dy), y_array(before), dx_array(before);
    const T one = 1, zero = 0;

    EXPECT_EQ(cudnnSoftmaxForward(handle_, algo, mode, &one, desc.get(), x_array.data(), &zero, desc.get(),
                                  y_array.data()),
              CUDNN_STATUS_SUCCESS);
    const std::vector<T> y = y_array.values();
    expect_near(layout, y, softmax(layout, algo, mode, x), before);

    EXPECT_EQ(cudnnSoftmaxBackward(handle_, algo, mode, &one, desc.get(), y_array.data(), desc.get(),
                                   dy_array.data(), &zero, desc.get(), dx_array.data()),
              CUDNN_STATUS_SUCCESS);
    expect_near(layout, dx_array.values(), softmax_gradient(layout, algo, mode, y, dy), before);
  }

  cudnnHandle_t handle_ = nullptr;
};

TEST_F(Cudnn, ComputesSoftmaxInEveryModeAndLayout) {
  for (const Layout& layout : {packed, channels_last, padded, five_dims, seven_dims})
    for (const auto algo : {CUDNN_SOFTMAX_ACCURATE, CUDNN_SOFTMAX_LOG})
      for (const auto mode : {CUDNN_SOFTMAX_MODE_INSTANCE, CUDNN_SOFTMAX_MODE_CHANNEL}) {
        check<float>(layout, algo, mode);
        check<double>(layout, algo, mode);
      }
}

TEST_F(Cudnn, SoftmaxOfLargeAndInfiniteValues) {
  const Layout layout{{1, 3, 1, 1}, {3, 1, 1, 1}};
  const Descriptor desc(CUDNN_DATA_FLOAT, layout);
  const float infinity = std::numeric_limits<float>::infinity(), one = 1, zero = 0;
  const DeviceArray<float> x({1000, 1000, -infinity}), y(3);
  EXPECT_EQ(cudnnSoftmaxForward(handle_, CUDNN_SOFTMAX_ACCURATE, CUDNN_SOFTMAX_MODE_CHANNEL, &one, desc.get(),
                                x.data(), &zero, desc.get(), y.data()),
            CUDNN_STATUS_SUCCESS);
  expect_same(y.values(), {0.5F, 0.5F, 0.0F});
}

TEST_F(Cudnn, SoftmaxAddsBetaTimesItsResult) {
  const Descriptor desc(CUDNN_DATA_DOUBLE, packed);
  const std::vector<double> x = fourths<double>(packed.size(), 1), y = fourths<double>(packed.size(), 2);
  const DeviceArray<double> x_array(x), y_array(y);
  const double alpha = 3, beta = -0.5;
  EXPECT_EQ(cudnnSoftmaxForward(handle_, CUDNN_SOFTMAX_ACCURATE, CUDNN_SOFTMAX_MODE_CHANNEL, &alpha,
                                desc.get(), x_array.data(), &beta, desc.get(), y_array.data()),
            CUDNN_STATUS_SUCCESS);
  std::vector<double> expected = softmax(packed, CUDNN_SOFTMAX_ACCURATE, CUDNN_SOFTMAX_MODE_CHANNEL, x);
  for (std::size_t i = 0; i < y.size(); ++i) expected[i] = alpha * expected[i] + beta * y[i];
  expect_near(packed, y_array.values(), expected, y);
}

TEST_F(Cudnn, SoftmaxWorksInPlace) {
  const Descriptor desc(CUDNN_DATA_FLOAT, padded);
  const std::vector<float> x = fourths<float>(padded.size(), 1);
  const DeviceArray<float> x_array(x);
  const float one = 1, zero = 0;
  EXPECT_EQ(cudnnSoftmaxForward(handle_, CUDNN_SOFTMAX_LOG, CUDNN_SOFTMAX_MODE_INSTANCE, &one, desc.get(),
                                x_array.data(), &zero, desc.get(), x_array.data()),
            CUDNN_STATUS_SUCCESS);
  expect_near(padded, x_array.values(), softmax(padded, CUDNN_SOFTMAX_LOG, CUDNN_SOFTMAX_MODE_INSTANCE, x),
              x);
}

TEST_F(Cudnn, SoftmaxBetweenLayoutsDoesNotReadItsResult) {
  const Descriptor x_desc(CUDNN_DATA_FLOAT, packed), y_desc(CUDNN_DATA_FLOAT, channels_last);
  const std::vector<float> zeros(packed.size());
  const DeviceArray<float> x(zeros), y(std::vector<float>(zeros.size(), static_cast<float>(kNaN)));
  const float one = 1, zero = 0;
  EXPECT_EQ(cudnnSoftmaxForward(handle_, CUDNN_SOFTMAX_ACCURATE, CUDNN_SOFTMAX_MODE_CHANNEL, &one,
                                x_desc.get(), x.data(), &zero, y_desc.get(), y.data()),
            CUDNN_STATUS_SUCCESS);
  expect_same(y.values(), std::vector<float>(zeros.size(), 1.0F / 3));
}

TEST(CudnnHandle, IsRefusedIfDestroyedOrNull) {
  cudnnHandle_t handle = nullptr;
  EXPECT_EQ(cudnnCreate(nullptr), CUDNN_STATUS_BAD_PARAM);
  ASSERT_EQ(cudnnCreate(&handle), CUDNN_STATUS_SUCCESS);
  ASSERT_EQ(cudnnDestroy(handle), CUDNN_STATUS_SUCCESS);
  for (const cudnnHandle_t gone : {handle, cudnnHandle_t{}}) {
    EXPECT_EQ(cudnnDestroy(gone), CUDNN_STATUS_NOT_INITIALIZED);
    EXPECT_EQ(cudnnSetStream(gone, nullptr), CUDNN_STATUS_NOT_INITIALIZED);
  }
}

TEST(CudnnStatus, HasAText) {
  EXPECT_STREQ(cudnnGetErrorString(CUDNN_STATUS_BAD_PARAM), "CUDNN_STATUS_BAD_PARAM");
}

TEST(CudnnVersion, IsThatOfTheHeader) { EXPECT_EQ(cudnnGetVersion(), std::size_t{CUDNN_VERSION}); }

TEST(CudnnDescriptor, ChecksItsArguments) {
  Descriptor desc;
  EXPECT_EQ(desc.set(CUDNN_DATA_FLOAT, {2, 3, 4}, {12, 4, 1}), CUDNN_STATUS_NOT_SUPPORTED);
  EXPECT_EQ(desc.set(CUDNN_DATA_FLOAT, Ints(9, 1), Ints(9, 1)), CUDNN_STATUS_NOT_SUPPORTED);
  EXPECT_EQ(desc.set(CUDNN_DATA_FLOAT, {1 << 16, 1 << 15, 1, 1}, Ints(4, 1)), CUDNN_STATUS_NOT_SUPPORTED);
  EXPECT_EQ(desc.set(CUDNN_DATA_FLOAT, {2, 0, 4, 5}, {60, 20, 5, 1}), CUDNN_STATUS_BAD_PARAM);
  EXPECT_EQ(desc.set(CUDNN_DATA_FLOAT, {2, 3, 4, 5}, {60, -20, 5, 1}), CUDNN_STATUS_BAD_PARAM);
  const std::array ones = {1, 1, 1, 1};
  EXPECT_EQ(cudnnSetTensorNdDescriptor(desc.get(), CUDNN_DATA_FLOAT, 4, nullptr, ones.data()),
            CUDNN_STATUS_BAD_PARAM);
  EXPECT_EQ(cudnnSetTensorNdDescriptor(desc.get(), CUDNN_DATA_FLOAT, 4, ones.data(), nullptr),
            CUDNN_STATUS_BAD_PARAM);
  EXPECT_EQ(cudnnSetTensorNdDescriptor(nullptr, CUDNN_DATA_FLOAT, 4, ones.data(), ones.data()),
            CUDNN_STATUS_BAD_PARAM);
  EXPECT_EQ(cudnnCreateTensorDescriptor(nullptr), CUDNN_STATUS_BAD_PARAM);
  EXPECT_EQ(cudnnDestroyTensorDescriptor(nullptr), CUDNN_STATUS_BAD_PARAM);
}

// Valid calls, which a test changes.
struct SoftmaxCall {
  cudnnHandle_t handle;
  cudnnSoftmaxAlgorithm_t algo = CUDNN_SOFTMAX_ACCURATE;
  cudnnSoftmaxMode_t mode = CUDNN_SOFTMAX_MODE_CHANNEL;
  float one = 1;
  const void *alpha = &one, *beta = &one;
  cudnnTensorDescriptor_t in_desc, result_desc, out_desc;
  const void *in, *result;
  void* out;

  cudnnStatus_t forward() const {
    return cudnnSoftmaxForward(handle, algo, mode, alpha, in_desc, in, beta, out_desc, out);
  }
  cudnnStatus_t backward() const {
    return cudnnSoftmaxBackward(handle, algo, mode, alpha, result_desc, result, in_desc, in, beta, out_desc,
                                out);
  }
};

class CudnnArguments : public Cudnn {
 protected:
  SoftmaxCall call() const {
    return {.handle = handle_,
            .in_desc = packed_.get(),
            .result_desc = packed_.get(),
            .out_desc = packed_.get(),
            .in = in_.data(),
            .result = result_.data(),
            .out = out_.data()};
  }

  Descriptor packed_{CUDNN_DATA_FLOAT, packed}, channels_last_{CUDNN_DATA_FLOAT, channels_last};
  Descriptor f64_{CUDNN_DATA_DOUBLE, packed}, smaller_{CUDNN_DATA_FLOAT, {{2, 3, 4, 4}, {60, 20, 5, 1}}};
  Descriptor repeated_{CUDNN_DATA_FLOAT, {{2, 3, 4, 5}, {0, 20, 5, 1}}}, unset_;
  DeviceArray<float> in_ = DeviceArray<float>(120), result_ = DeviceArray<float>(120),
                     out_ = DeviceArray<float>(120);
};

#define EXPECT_SOFTMAX(change, expected)                \
  {                                                     \
    SoftmaxCall changed = call();                       \
    changed.change;                                     \
    EXPECT_EQ(changed.forward(), expected) << #change;  \
    EXPECT_EQ(changed.backward(), expected) << #change; \
  }

TEST_F(CudnnArguments, GiveTheirStatus) {
  EXPECT_SOFTMAX(handle = handle_, CUDNN_STATUS_SUCCESS);
  EXPECT_SOFTMAX(handle = nullptr, CUDNN_STATUS_NOT_INITIALIZED);
  EXPECT_SOFTMAX(algo = static_cast<cudnnSoftmaxAlgorithm_t>(3), CUDNN_STATUS_BAD_PARAM);
  EXPECT_SOFTMAX(alpha = nullptr, CUDNN_STATUS_BAD_PARAM);
  EXPECT_SOFTMAX(beta = nullptr, CUDNN_STATUS_BAD_PARAM);
  EXPECT_SOFTMAX(in = nullptr, CUDNN_STATUS_BAD_PARAM);
  EXPECT_SOFTMAX(out = nullptr, CUDNN_STATUS_BAD_PARAM);
}

TEST_F(CudnnArguments, GiveBadParamForDescriptors) {
  for (const Descriptor* desc : {&f64_, &smaller_, &unset_}) {
    EXPECT_SOFTMAX(in_desc = desc->get(), CUDNN_STATUS_BAD_PARAM);
    EXPECT_SOFTMAX(out_desc = desc->get(), CUDNN_STATUS_BAD_PARAM);
  }
  EXPECT_SOFTMAX(in_desc = nullptr, CUDNN_STATUS_BAD_PARAM);
  EXPECT_SOFTMAX(out_desc = nullptr, CUDNN_STATUS_BAD_PARAM);
  EXPECT_SOFTMAX(out_desc = repeated_.get(), CUDNN_STATUS_BAD_PARAM);
}

TEST_F(CudnnArguments, GiveBadParamInPlaceBetweenLayouts) {
  SoftmaxCall in_place = call();
  in_place.in = in_place.out;
  EXPECT_EQ(in_place.forward(), CUDNN_STATUS_SUCCESS);
  EXPECT_EQ(in_place.backward(), CUDNN_STATUS_SUCCESS);
  in_place.out_desc = channels_last_.get();
  EXPECT_EQ(in_place.forward(), CUDNN_STATUS_BAD_PARAM);
  EXPECT_EQ(in_place.backward(), CUDNN_STATUS_BAD_PARAM);
}

TEST_F(CudnnArguments, GiveBadParamBackwardForStridesThatDiffer) {
  SoftmaxCall changed = call();
  changed.result_desc = channels_last_.get();
  EXPECT_EQ(changed.backward(), CUDNN_STATUS_BAD_PARAM);
  changed.result_desc = packed_.get();
  changed.result = nullptr;
  EXPECT_EQ(changed.backward(), CUDNN_STATUS_BAD_PARAM);
}

TEST_F(CudnnArguments, GiveNotSupportedForSixDimensionsThatAreNotPacked) {
  const Descriptor six(CUDNN_DATA_FLOAT, {{2, 3, 2, 1, 2, 2}, {60, 20, 10, 10, 5, 1}});
  SoftmaxCall changed = call();
  changed.in_desc = changed.result_desc = changed.out_desc = six.get();
  EXPECT_EQ(changed.forward(), CUDNN_STATUS_NOT_SUPPORTED);
  EXPECT_EQ(changed.backward(), CUDNN_STATUS_NOT_SUPPORTED);
}

}  // namespace
}  // namespace simt::test
