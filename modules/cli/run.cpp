#include "modules/cli/commands.h"
#include "modules/cli/nearest.h"
#include "modules/cli/programs.h"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace tito {

int run_example(const std::string& name, const std::vector<std::string>& arguments) {
  const std::vector<Program> examples = read_programs(build_folder()).examples;
  const auto example =
      std::find_if(examples.begin(), examples.end(), [&](const Program& e) { return e.name == name; });
  if (example == examples.end()) return report_unknown("example", name, names_of(examples));

  std::string path = example->path.string();
  std::vector<std::string> words = arguments;
  std::vector<char*> argv{path.data()};
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  execv(path.c_str(), argv.data());
  fmt::print(stderr, "tito: cannot start {}: {}; ./tito run builds it\n", path, std::strerror(errno));
  return EXIT_FAILURE;
}

}  // namespace tito
