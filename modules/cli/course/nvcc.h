#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "modules/cli/course/plugin.h"

namespace tito {

/// Compiles kernels as for a GPU, isolated as build_plugin() does: they are plain CUDA, and what the emulated
/// device takes nvcc has to take, too.
/// @param nvcc  find_nvcc()
/// @return      its errors; empty if it compiles them
std::string errors_of_nvcc(const CourseTools& tools, const std::filesystem::path& nvcc,
                           const std::vector<std::filesystem::path>& sources,
                           const std::filesystem::path& folder);

}  // namespace tito
