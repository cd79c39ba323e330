#include <cuda_runtime.h>

#include "signature.h"

#include <cstddef>

SIGNATURE(cudaGetDeviceCount, cudaError_t(int*));
SIGNATURE(cudaSetDevice, cudaError_t(int));
SIGNATURE(cudaGetDevice, cudaError_t(int*));
SIGNATURE(cudaGetDeviceProperties, cudaError_t(cudaDeviceProp*, int));
SIGNATURE(cudaDeviceGetAttribute, cudaError_t(int*, cudaDeviceAttr, int));
SIGNATURE(cudaDriverGetVersion, cudaError_t(int*));
SIGNATURE(cudaRuntimeGetVersion, cudaError_t(int*));
SIGNATURE(cudaDeviceSynchronize, cudaError_t());

SIGNATURE(cudaGetLastError, cudaError_t());
SIGNATURE(cudaPeekAtLastError, cudaError_t());
SIGNATURE(cudaGetErrorName, const char*(cudaError_t));
SIGNATURE(cudaGetErrorString, const char*(cudaError_t));

SIGNATURE(cudaMalloc, cudaError_t(void**, std::size_t));
SIGNATURE(cudaMalloc, cudaError_t(float**, std::size_t));
SIGNATURE(cudaFree, cudaError_t(void*));
SIGNATURE(cudaMallocHost, cudaError_t(void**, std::size_t));
SIGNATURE(cudaFreeHost, cudaError_t(void*));
SIGNATURE(cudaMemGetInfo, cudaError_t(std::size_t*, std::size_t*));
SIGNATURE(cudaPointerGetAttributes, cudaError_t(cudaPointerAttributes*, const void*));

SIGNATURE(cudaMemcpy, cudaError_t(void*, const void*, std::size_t, cudaMemcpyKind));
SIGNATURE(cudaMemcpyAsync, cudaError_t(void*, const void*, std::size_t, cudaMemcpyKind, cudaStream_t));
SIGNATURE(cudaMemcpyPeerAsync, cudaError_t(void*, int, const void*, int, std::size_t, cudaStream_t));
SIGNATURE(cudaMemset, cudaError_t(void*, int, std::size_t));
SIGNATURE(cudaMemsetAsync, cudaError_t(void*, int, std::size_t, cudaStream_t));

SIGNATURE(cudaStreamCreateWithFlags, cudaError_t(cudaStream_t*, unsigned));
SIGNATURE(cudaStreamDestroy, cudaError_t(cudaStream_t));
SIGNATURE(cudaStreamSynchronize, cudaError_t(cudaStream_t));
SIGNATURE(cudaStreamQuery, cudaError_t(cudaStream_t));
SIGNATURE(cudaStreamWaitEvent, cudaError_t(cudaStream_t, cudaEvent_t, unsigned));

SIGNATURE(cudaEventCreateWithFlags, cudaError_t(cudaEvent_t*, unsigned));
SIGNATURE(cudaEventDestroy, cudaError_t(cudaEvent_t));
SIGNATURE(cudaEventRecord, cudaError_t(cudaEvent_t, cudaStream_t));
SIGNATURE(cudaEventSynchronize, cudaError_t(cudaEvent_t));
SIGNATURE(cudaEventQuery, cudaError_t(cudaEvent_t));
SIGNATURE(cudaEventElapsedTime, cudaError_t(float*, cudaEvent_t, cudaEvent_t));

VALUE(cudaSuccess, 0);
VALUE(cudaErrorInvalidValue, 1);
VALUE(cudaErrorMemoryAllocation, 2);
VALUE(cudaErrorInitializationError, 3);
VALUE(cudaErrorInvalidConfiguration, 9);
VALUE(cudaErrorInvalidDevicePointer, 17);
VALUE(cudaErrorInvalidMemcpyDirection, 21);
VALUE(cudaErrorInsufficientDriver, 35);
VALUE(cudaErrorInvalidDeviceFunction, 98);
VALUE(cudaErrorNoDevice, 100);
VALUE(cudaErrorInvalidDevice, 101);
VALUE(cudaErrorNoKernelImageForDevice, 209);
VALUE(cudaErrorInvalidResourceHandle, 400);
VALUE(cudaErrorNotReady, 600);
VALUE(cudaErrorIllegalAddress, 700);
VALUE(cudaErrorLaunchOutOfResources, 701);
VALUE(cudaErrorLaunchTimeout, 702);
VALUE(cudaErrorAssert, 710);
VALUE(cudaErrorMisalignedAddress, 716);
VALUE(cudaErrorLaunchFailure, 719);
VALUE(cudaErrorNotSupported, 801);
VALUE(cudaErrorUnknown, 999);

VALUE(cudaMemcpyHostToHost, 0);
VALUE(cudaMemcpyHostToDevice, 1);
VALUE(cudaMemcpyDeviceToHost, 2);
VALUE(cudaMemcpyDeviceToDevice, 3);
VALUE(cudaMemcpyDefault, 4);

VALUE(cudaMemoryTypeUnregistered, 0);
VALUE(cudaMemoryTypeHost, 1);
VALUE(cudaMemoryTypeDevice, 2);
VALUE(cudaMemoryTypeManaged, 3);

VALUE(cudaDevAttrMaxThreadsPerBlock, 1);
VALUE(cudaDevAttrMaxBlockDimX, 2);
VALUE(cudaDevAttrMaxBlockDimY, 3);
VALUE(cudaDevAttrMaxBlockDimZ, 4);
VALUE(cudaDevAttrMaxGridDimX, 5);
VALUE(cudaDevAttrMaxGridDimY, 6);
VALUE(cudaDevAttrMaxGridDimZ, 7);
VALUE(cudaDevAttrMaxSharedMemoryPerBlock, 8);
VALUE(cudaDevAttrWarpSize, 10);
VALUE(cudaDevAttrMultiProcessorCount, 16);
VALUE(cudaDevAttrMaxThreadsPerMultiProcessor, 39);
VALUE(cudaDevAttrComputeCapabilityMajor, 75);
VALUE(cudaDevAttrComputeCapabilityMinor, 76);
VALUE(cudaDevAttrMaxSharedMemoryPerBlockOptin, 97);

VALUE(cudaStreamDefault, 0x00);
VALUE(cudaStreamNonBlocking, 0x01);
VALUE(cudaEventDefault, 0x00);
VALUE(cudaEventBlockingSync, 0x01);
VALUE(cudaEventDisableTiming, 0x02);
VALUE(cudaEventInterprocess, 0x04);
VALUE(cudaEventWaitDefault, 0x00);
