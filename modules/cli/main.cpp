// The tito program: runs examples and tests, and reports on the machine.
#include "modules/cli/command_line.h"
#include "modules/cli/output.h"

#include <fmt/format.h>

#include <exception>

int main(int argc, char** argv) {
  try {
    return tito::flush_output(tito::run_command_line(argc, argv));
  } catch (const std::exception& error) {
    fmt::print(stderr, "tito: {}\n", error.what());
    return EXIT_FAILURE;
  }
}
