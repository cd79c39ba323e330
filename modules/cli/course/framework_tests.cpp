#include "modules/cli/course/framework_tests.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "modules/cli/course/files.h"
#include "modules/cli/course/isolation.h"
#include "modules/cli/programs.h"

namespace tito {
namespace {

namespace fs = std::filesystem;

/// These run code that passed its checks, on all dtypes and layouts and on the emulated device.
constexpr Limits kLimits{.time = std::chrono::minutes(20), .memory = std::uint64_t{8} << 30};

Program find_test_program(const std::string& name) {
  for (const Program& suite : read_programs(build_folder()).suites) {
    if (suite.name == name) return suite;
  }
  return find_tool(name);
}

}  // namespace

std::string rows_of(const std::vector<std::string>& slots, const fs::path& folder) {
  std::vector<std::string> arguments{"--filter"};
  arguments.insert(arguments.end(), slots.begin(), slots.end());
  fs::create_directories(folder);
  const fs::path log = folder / "rows.log";
  const Ending ending = run_logged(find_tool("ops").path, arguments, log);
  std::string filter = read_text(log);
  if (ending.exit_code != 0 || ending.signal != 0)
    throw std::runtime_error(
        fmt::format("the op table has no tests for {}: {}", fmt::join(slots, ", "), filter));
  filter.erase(std::remove(filter.begin(), filter.end(), '\n'), filter.end());
  return filter;
}

FrameworkResult run_framework_tests(const CourseTools& tools, const FrameworkTests& tests,
                                    const std::vector<Export>& exports, const fs::path& folder) {
  fs::create_directories(folder);
  const fs::path log = folder / fmt::format("{}.{}.log", tests.program, tests.backend),
                 report = folder / fmt::format("{}.{}.json", tests.program, tests.backend);
  fs::remove(report);
  const fs::path program = find_test_program(tests.program).path;
  std::vector<fs::path> visible = tools.toolchain;
  visible.push_back(program);
  for (const Export& each : exports) {
    for (const fs::path& plugin : {each.cpu, each.cuda}) {
      if (!plugin.empty()) visible.push_back(plugin);
    }
  }
  const Ending ending =
      run_isolated({.program = program,
                    .arguments = {"--gtest_color=no", "--gtest_output=json:" + report.string(),
                                  "--backend=" + tests.backend, "--gtest_filter=" + tests.filter},
                    .folder = folder,
                    .log = log,
                    .environment = {"TINYTORCH_PLUGINS=" + plugins_variable(exports, true),
                                    "TMPDIR=" + folder.string(), "OMP_WAIT_POLICY=passive"},
                    .report = {},
                    .visible = visible},
                   kLimits);
  const std::string title = fmt::format("{} ({})", tests.program, tests.backend);
  return {.result = read_result(title, ending, report, log), .log = log};
}

}  // namespace tito
