#include "modules/cli/devices.h"

#include "modules/cli/process.h"
#include "modules/cli/programs.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace tito {

Devices read_devices() {
  const Program program = find_tool("devices");
  const std::filesystem::path log = build_folder() / "devices.txt";
  const Ending ending = run_logged(program.path, {}, log);
  std::ifstream file(log);
  if (ending.signal != 0 || ending.exit_code != 0) {
    std::ostringstream text;
    text << file.rdbuf();
    throw std::runtime_error(
        fmt::format("{} ended with {}: {}", program.path.string(), describe(ending), text.str()));
  }
  Devices devices;
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string kind, name, text;
    std::getline(fields, kind, '\t');
    std::getline(fields, name, '\t');
    std::getline(fields, text);
    if (kind == "instruction_set") devices.instruction_set = name;
    if (kind == "available" || kind == "emulated" || kind == "missing")
      devices.backends.push_back({name, kind != "missing", kind == "emulated", text});
  }
  return devices;
}

}  // namespace tito
