#pragma once

// CUDA's header for the emulated device. In the include path before a toolkit's, it lets a host compiler
// compile CUDA sources, whose kernels then run on the host. See kernels/simt/README.md.
#include "simt/atomics.h"
#include "simt/call_sites.h"
#include "simt/intrinsics.h"
#include "simt/kernel_interface.h"
#include "simt/launch.h"
#include "simt/qualifiers.h"
#include "simt/runtime_api.h"
#include "simt/runtime_types.h"
#include "simt/shared.h"
#include "simt/synchronization.h"
#include "simt/vector_types.h"
#include "simt/warp.h"
