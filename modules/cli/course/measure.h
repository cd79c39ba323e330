#pragma once

#include <string>
#include <vector>

#include "modules/cli/course/exercise_run.h"

namespace tito {

/// A table of what each kernel did to memory, with a line for each line of its source, and the sums.
std::string table_of(const std::vector<KernelCounts>& kernels);

/// A table of times and memory; the first row is what the others are compared with.
std::string table_of(const std::vector<Measurement>& measurements);

}  // namespace tito
