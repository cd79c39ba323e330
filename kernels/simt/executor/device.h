#pragma once

namespace simt {

/// The device that the calling thread has chosen.
int current_device();

}  // namespace simt
