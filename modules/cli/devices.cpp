#include "modules/cli/devices.h"

#include "modules/cli/process.h"
#include "modules/cli/programs.h"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace tito {

Devices read_devices() {
  const Program program = find_tool("devices");
  // Its own file: tito may run several times at once.
  const std::filesystem::path log = build_folder() / fmt::format("devices.{}.txt", getpid());
  const Ending ending = run_logged(program.path, {}, log);
  std::ifstream file(log);
  std::filesystem::remove(log);  // what is open can still be read
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
    if (kind == "onednn") devices.onednn = fmt::format("{}, {}", name, text);
    if (kind == "available" || kind == "emulated" || kind == "missing")
      devices.backends.push_back({name, kind != "missing", kind == "emulated", text});
  }
  return devices;
}

}  // namespace tito
