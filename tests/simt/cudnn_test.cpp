#include "libraries_test.h"

#include <cudnn.h>
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <vector>

// The stand-in for cuDNN's handles and descriptors: the status of each wrong argument.
namespace simt::test {
namespace {

using Ints = std::vector<int>;

class Descriptor {
 public:
  Descriptor() { EXPECT_EQ(cudnnCreateTensorDescriptor(&desc_), CUDNN_STATUS_SUCCESS); }
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
  EXPECT_EQ(desc.set(CUDNN_DATA_FLOAT, {2, 3, 4, 5}, {60, 20, 5, 1}), CUDNN_STATUS_SUCCESS);
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

}  // namespace
}  // namespace simt::test
