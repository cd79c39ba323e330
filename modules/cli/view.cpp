// Opens the lessons of the course as pages.
#include "modules/cli/commands.h"
#include "modules/cli/course/pages.h"
#include "modules/cli/process.h"
#include "modules/cli/programs.h"

#include <fmt/format.h>

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace tito {
namespace {

namespace fs = std::filesystem;

/// Whether somebody is there to see a browser.
bool has_viewer() {
  return isatty(STDOUT_FILENO) != 0 &&
         (std::getenv("DISPLAY") != nullptr || std::getenv("WAYLAND_DISPLAY") != nullptr);
}

int open_in_browser(const fs::path& page) {
  const fs::path opener = find_program("xdg-open");
  if (opener.empty()) {
    fmt::print(stderr, "tito: there is no xdg-open to open it in a browser: apt-get install xdg-utils\n");
    return EXIT_SUCCESS;
  }
  std::fflush(stdout);
  return become({.name = "xdg-open", .path = opener, .description = ""}, {page.string()});
}

}  // namespace

int view_module(const ViewOptions& options) {
  const CourseTools tools = read_course_tools(build_folder());
  const std::vector<Module> modules = read_modules(tools.source / "modules");
  const fs::path folder =
      options.output.empty() ? build_folder() / "course" / "pages" : fs::absolute(options.output);
  const fs::path page =
      options.module.empty() ? folder / "index.html" : page_of(find_module(modules, options.module), folder);
  {
    const FolderLock lock(build_folder() / "course");
    write_pages(tools, modules, folder, options.solutions ? Readers::instructors : Readers::students);
  }
  fmt::print("{}\n", page.string());
  return options.no_open || !has_viewer() ? EXIT_SUCCESS : open_in_browser(page);
}

}  // namespace tito
