#include "modules/cli/programs.h"

#include <fmt/format.h>

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace tito {

std::filesystem::path build_folder() { return std::filesystem::read_symlink("/proc/self/exe").parent_path(); }

Programs read_programs(const std::filesystem::path& folder) {
  const std::filesystem::path list = folder / "programs.txt";
  std::ifstream file(list);
  if (!file)
    throw std::runtime_error(
        fmt::format("{} is missing; ./tito configures and builds the project", list.string()));
  Programs programs;
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string kind, name, path, note, length;
    std::getline(fields, kind, '\t');
    std::getline(fields, name, '\t');
    std::getline(fields, path, '\t');
    std::getline(fields, note, '\t');
    std::getline(fields, length);
    if (kind == "example") {
      programs.examples.push_back({.name = name, .path = folder / path, .description = note});
    } else if (kind == "suite") {
      programs.suites.push_back({.name = name,
                                 .path = folder / path,
                                 .description = "",
                                 .backends = note,
                                 .is_long = length == "long"});
    } else if (kind == "fuzzer") {
      programs.fuzzers.push_back({.name = name, .path = folder / path, .description = note});
    } else if (kind == "tool") {
      programs.tools.push_back({.name = name, .path = folder / path, .description = ""});
    } else {
      throw std::runtime_error(fmt::format("{}: malformed line: {}", list.string(), line));
    }
  }
  return programs;
}

int become(const Program& program, const std::vector<std::string>& arguments) {
  std::string path = program.path.string();
  std::vector<std::string> words = arguments;
  std::vector<char*> argv{path.data()};
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  execv(path.c_str(), argv.data());
  fmt::print(stderr, "tito: cannot start {}: {}; ./tito builds it\n", path, std::strerror(errno));
  return EXIT_FAILURE;
}

Program find_tool(const std::string& name) {
  for (const Program& tool : read_programs(build_folder()).tools) {
    if (tool.name == name) return tool;
  }
  throw std::runtime_error(fmt::format(
      "this build has no program `{}`; configure it with -DTINYTORCH_TESTS=ON -DTINYTORCH_TOOLS=ON "
      "-DTINYTORCH_BENCHMARKS=ON",
      name));
}

std::vector<std::string> names_of(const std::vector<Program>& programs) {
  std::vector<std::string> names;
  for (const Program& program : programs) names.push_back(program.name);
  return names;
}

}  // namespace tito
