#pragma once

#include "kernels/simt/executor/message.h"
#include "simt/fault.h"
#include "simt/runtime_types.h"

namespace simt {

/// Writes the text to stderr and puts the device into this error, which every call returns until
/// reset_device(). Of several faults the first is kept. May be called on a device thread.
void report_fault(cudaError_t error, const Message& text);

/// The error that the device is in, or cudaSuccess.
cudaError_t device_error();

}  // namespace simt
