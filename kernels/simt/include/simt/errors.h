#pragma once

// The error codes of CUDA 13 that code on this device can get: name, value and text.
#define SIMT_CUDA_ERRORS(ERROR)                                                                           \
  ERROR(cudaSuccess, 0, "no error")                                                                       \
  ERROR(cudaErrorInvalidValue, 1, "invalid argument")                                                     \
  ERROR(cudaErrorMemoryAllocation, 2, "out of memory")                                                    \
  ERROR(cudaErrorInitializationError, 3, "initialization error")                                          \
  ERROR(cudaErrorInvalidConfiguration, 9, "invalid configuration argument")                               \
  ERROR(cudaErrorInvalidDevicePointer, 17, "invalid device pointer")                                      \
  ERROR(cudaErrorInvalidMemcpyDirection, 21, "invalid copy direction for memcpy")                         \
  ERROR(cudaErrorInsufficientDriver, 35, "CUDA driver version is insufficient for CUDA runtime version")  \
  ERROR(cudaErrorInvalidDeviceFunction, 98, "invalid device function")                                    \
  ERROR(cudaErrorNoDevice, 100, "no CUDA-capable device is detected")                                     \
  ERROR(cudaErrorInvalidDevice, 101, "invalid device ordinal")                                            \
  ERROR(cudaErrorNoKernelImageForDevice, 209, "no kernel image is available for execution on the device") \
  ERROR(cudaErrorInvalidResourceHandle, 400, "invalid resource handle")                                   \
  ERROR(cudaErrorNotReady, 600, "device not ready")                                                       \
  ERROR(cudaErrorIllegalAddress, 700, "an illegal memory access was encountered")                         \
  ERROR(cudaErrorLaunchOutOfResources, 701, "too many resources requested for launch")                    \
  ERROR(cudaErrorLaunchTimeout, 702, "the launch timed out and was terminated")                           \
  ERROR(cudaErrorAssert, 710, "device-side assert triggered")                                             \
  ERROR(cudaErrorMisalignedAddress, 716, "misaligned address")                                            \
  ERROR(cudaErrorLaunchFailure, 719, "unspecified launch failure")                                        \
  ERROR(cudaErrorNotSupported, 801, "operation not supported")                                            \
  ERROR(cudaErrorUnknown, 999, "unknown error")
