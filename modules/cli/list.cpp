#include "modules/cli/commands.h"
#include "modules/cli/programs.h"

#include <fmt/format.h>

#include <algorithm>

namespace tito {

int list_programs() {
  const Programs programs = read_programs(build_folder());
  std::size_t width = 0;
  for (const Program& example : programs.examples) width = std::max(width, example.name.size());

  fmt::print("examples (tito run NAME)\n");
  for (const Program& example : programs.examples) {
    fmt::print("  {:<{}}  {}\n", example.name, width, example.description);
  }
  fmt::print("\ntest suites (tito test)\n");
  for (const Program& suite : programs.suites) fmt::print("  {}\n", suite.name);
  return EXIT_SUCCESS;
}

}  // namespace tito
