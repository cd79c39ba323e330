#pragma once

#include <cstdint>
#include <string>

// The device's state after a fault in a kernel, for tests of code that runs on it.
namespace simt {

/// The report of the fault that the device is in; empty if there is none.
std::string last_fault();

/// Makes a device that has failed usable again. Its memory, streams and events stay; a GPU would have lost
/// them.
void reset_device();

/// Makes the n-th of the following calls that need memory fail: it returns cudaErrorMemoryAllocation and does
/// nothing. 0: none fails. Calls that need memory are cudaMalloc, cudaMallocHost, the creation of streams and
/// events, and launches.
void fail_call(std::uint64_t n);
/// The number of such calls so far.
std::uint64_t memory_calls();

}  // namespace simt
