#include "modules/cli/course/nvcc.h"

#include <chrono>

#include "modules/cli/course/files.h"
#include "modules/cli/course/isolation.h"

namespace tito {
namespace {

namespace fs = std::filesystem;

std::string errors_of(const CourseTools& tools, const fs::path& nvcc, const fs::path& source,
                      const fs::path& folder) {
  const fs::path log = folder / "nvcc.log";
  std::vector<fs::path> visible = tools.headers;
  visible.push_back(source.parent_path());
  if (!is_of_the_system(nvcc)) visible.push_back(nvcc.parent_path().parent_path());
  // The oldest GPU that all versions with C++20 compile for.
  const Ending ending = run_isolated(
      {.program = nvcc,
       .arguments = {"-std=c++20", "-arch=sm_75", "--expt-relaxed-constexpr", "-I", tools.source, "-I",
                     tools.folder.parent_path() / "include", "-c", source, "-o", folder / "nvcc.o"},
       .folder = folder,
       .log = log,
       .environment = {"TMPDIR=" + folder.string(), "HOME=" + folder.string(), "LC_ALL=C"},
       .report = {},
       .visible = visible},
      {.time = std::chrono::seconds(120)});
  if (ending.exit_code == 0 && ending.signal == 0) return "";
  const std::string errors = read_text(log);
  return errors.empty() ? "nvcc: " + describe(ending) : errors;
}

}  // namespace

std::string errors_of_nvcc(const CourseTools& tools, const fs::path& nvcc,
                           const std::vector<fs::path>& sources, const fs::path& folder) {
  fs::create_directories(folder);
  for (const fs::path& source : sources) {
    if (std::string errors = errors_of(tools, nvcc, source, folder); !errors.empty()) return errors;
  }
  return "";
}

}  // namespace tito
