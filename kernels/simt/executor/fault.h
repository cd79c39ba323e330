#pragma once

#include <string>

#include "kernels/simt/executor/message.h"
#include "simt/runtime_types.h"

namespace simt {

/// Writes the text to stderr, and makes the device fail: with this error for every call until reset_device().
/// Of several faults the first is kept. Can be called on a device thread.
void report_fault(cudaError_t error, const Message& text);

/// The error that the device is in, or cudaSuccess.
cudaError_t device_error();

/// The text of the fault that the device is in; empty if there is none.
std::string last_fault();

/// Makes a device that failed work again. Its memory, streams and events stay: a GPU would have lost them.
void reset_device();

}  // namespace simt
