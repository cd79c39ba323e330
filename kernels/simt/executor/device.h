#pragma once

namespace simt {

/// The device that the calling thread has selected with cudaSetDevice().
int current_device();

}  // namespace simt
