#include "modules/cli/commands.h"
#include "modules/cli/nearest.h"
#include "modules/cli/programs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace tito {

int run_example(const std::string& name, const std::vector<std::string>& arguments) {
  const std::vector<Program> examples = read_programs(build_folder()).examples;
  const auto example =
      std::find_if(examples.begin(), examples.end(), [&](const Program& e) { return e.name == name; });
  if (example == examples.end()) return report_unknown("example", name, names_of(examples));
  Program program = *example;
  run_on_exports(std::getenv("TITO_CPU_ONLY") == nullptr);
  // Set by ./tito where it built the example for the CPU alone.
  if (std::getenv("TITO_CPU_ONLY") != nullptr)
    program.path = program.path.parent_path() / "cpu" / program.path.filename();
  return become(program, arguments);
}

int show_ops(bool providers) {
  if (providers) run_on_exports(true);
  return become(find_tool("ops"),
                providers ? std::vector<std::string>{"--providers"} : std::vector<std::string>{});
}

int inspect_file(const std::string& path, bool with_stats) {
  std::vector<std::string> arguments{path};
  if (with_stats) arguments.emplace_back("--stats");
  return become(find_tool("inspect"), arguments);
}

}  // namespace tito
