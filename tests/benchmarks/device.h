#pragma once

#include "core/device.h"

/// The device that benchmarks run on: the CPU, or that of --backend.
tinytorch::Device benchmark_device();
