#include "modules/cli/commands.h"
#include "modules/cli/nearest.h"
#include "modules/cli/programs.h"

#include <fmt/format.h>

#include <algorithm>

namespace tito {

int run_example(const std::string& name, const std::vector<std::string>& arguments) {
  const std::vector<Program> examples = read_programs(build_folder()).examples;
  const auto example =
      std::find_if(examples.begin(), examples.end(), [&](const Program& e) { return e.name == name; });
  if (example == examples.end()) return report_unknown("example", name, names_of(examples));

  return become(*example, arguments);
}

int show_ops() {
  const std::vector<Program> tools = read_programs(build_folder()).tools;
  const auto ops =
      std::find_if(tools.begin(), tools.end(), [](const Program& tool) { return tool.name == "ops"; });
  if (ops != tools.end()) return become(*ops, {});
  fmt::print(stderr, "tito: this build has no tests, whose op table `ops` shows; configure it with them\n");
  return EXIT_FAILURE;
}

}  // namespace tito
