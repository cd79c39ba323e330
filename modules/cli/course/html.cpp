#include "modules/cli/course/html.h"

#include "modules/cli/course/files.h"
#include "modules/cli/process.h"
#include "modules/cli/scratch_directory.h"

#include <fmt/format.h>

#include <stdexcept>

namespace tito {

std::string highlight_cpp(const std::string& code) {
  const std::filesystem::path program = find_program("highlight");
  if (program.empty())
    throw std::runtime_error(
        "lessons are colored with highlight, which is not here: apt-get install highlight");
  const ScratchDirectory scratch;
  const std::filesystem::path source = scratch.path() / "code", html = scratch.path() / "html",
                              log = scratch.path() / "log";
  write_text(source, code);
  const Ending ending = run_logged(program,
                                   {"--syntax", "c++", "--fragment", "--out-format", "html", "--input",
                                    source.string(), "--output", html.string()},
                                   log);
  if (ending.exit_code != 0 || ending.signal != 0)
    throw std::runtime_error(fmt::format("highlight failed ({}): {}", describe(ending), read_text(log)));
  return read_text(html);
}

}  // namespace tito
