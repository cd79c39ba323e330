#include "modules/cli/commands.h"
#include "modules/cli/course/isolation.h"
#include "modules/cli/devices.h"
#include "modules/cli/process.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>
#include <thread>

namespace tito {
namespace {

namespace fs = std::filesystem;

/// Something of this machine: what was found, or what to do because it was not.
struct MachineCheck {
  std::string name;
  std::optional<std::string> found;
  std::string remedy;
  bool needed = false;  // by the CPU build
};

/// What follows the colon in the first line of a /proc file that begins with `key`.
std::string proc_value(const char* path, std::string_view key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(key)) continue;
    const std::size_t value = line.find_first_not_of(" \t:", line.find(':'));
    return value == std::string::npos ? "" : line.substr(value);
  }
  return "";
}

MachineCheck compiler() {
  return {.name = "compiler",
          .found = first_line_of("${CXX:-c++} --version"),
          .remedy = "install g++ 12 or later: apt-get install g++",
          .needed = true};
}

MachineCheck cmake() {
  return {.name = "cmake",
          .found = first_line_of("cmake --version"),
          .remedy = "install cmake 3.25 or later: apt-get install cmake",
          .needed = true};
}

MachineCheck simd(const Devices& devices) {
  // The instruction sets that make a difference, under the kernel's names for x86 and for Arm.
  std::istringstream flags(proc_value("/proc/cpuinfo", "flags") + " " +
                           proc_value("/proc/cpuinfo", "Features"));
  constexpr std::array kInteresting = {"sse4_2",   "avx",         "avx2",        "fma",   "f16c", "avx512f",
                                       "avx512bw", "avx512_vnni", "avx512_bf16", "asimd", "sve",  "sve2"};
  std::vector<std::string> has;
  for (std::string flag; flags >> flag;) {
    if (std::find(kInteresting.begin(), kInteresting.end(), flag) != kInteresting.end()) has.push_back(flag);
  }
  return {.name = "SIMD",
          .found = fmt::format("{}; kernels use {}", fmt::join(has, " "), devices.instruction_set),
          .remedy = ""};
}

MachineCheck onednn(const Devices& devices) {
  MachineCheck check{
      .name = "oneDNN",
      .found = std::nullopt,
      .remedy = "this build has TINYTORCH_ONEDNN=OFF; own kernels compute products and convolutions"};
  if (!devices.onednn.empty()) check.found = devices.onednn;
  return check;
}

MachineCheck cores() {
  return {.name = "cores", .found = std::to_string(std::thread::hardware_concurrency()), .remedy = ""};
}

MachineCheck memory() {
  const auto gigabytes = [](std::string_view key) {
    return std::strtod(proc_value("/proc/meminfo", key).c_str(), nullptr) / (1024 * 1024);
  };
  return {.name = "memory",
          .found = fmt::format("{:.1f} GiB, {:.1f} GiB available", gigabytes("MemTotal"),
                               gigabytes("MemAvailable")),
          .remedy = ""};
}

MachineCheck cuda_toolkit() {
  const fs::path nvcc = find_nvcc();
  return {.name = "CUDA toolkit",
          .found = nvcc.empty() ? std::nullopt
                                : first_line_of(fmt::format("'{}' --version | grep release", nvcc.string())),
          .remedy =
              "needed to build for GPUs only: developer.nvidia.com/cuda-downloads, and cuDNN; CUDA_HOME says "
              "where"};
}

MachineCheck driver() {
  std::ifstream version("/proc/driver/nvidia/version");
  std::optional<std::string> found;
  if (std::string line; std::getline(version, line)) found = line;
  if (!found && fs::exists("/dev/dxg")) found = "Windows' own, through /dev/dxg";
  return {.name = "NVIDIA driver",
          .found = found,
          .remedy = "needed for a GPU only; in a container: docker run --gpus all"};
}

MachineCheck gpu() {
  constexpr std::string_view kNvidia = "0x10de", kDisplay = "0x03";
  std::optional<std::string> found =
      first_line_of("nvidia-smi --query-gpu=name,memory.total --format=csv,noheader");
  const fs::path bus = "/sys/bus/pci/devices";
  std::error_code no_bus;
  for (const fs::directory_entry& device : fs::directory_iterator(bus, no_bus)) {
    std::string vendor, kind;
    std::ifstream(device.path() / "vendor") >> vendor;
    std::ifstream(device.path() / "class") >> kind;
    if (!found && vendor == kNvidia && kind.starts_with(kDisplay)) {
      found = fmt::format("an NVIDIA GPU at {}, which the driver does not show",
                          device.path().filename().string());
    }
  }
  return {
      .name = "GPU",
      .found = found,
      .remedy = "no NVIDIA GPU was seen; everything works on the CPU, CUDA kernels on the emulated device"};
}

MachineCheck isolation() {
  MachineCheck check{.name = "isolation",
                     .found = std::nullopt,
                     .remedy =
                         "needed to grade submissions, and keeps a student's own code from files: "
                         "apt-get install bubblewrap, which needs namespaces, as few containers have"};
  if (can_isolate()) check.found = "bubblewrap";
  return check;
}

MachineCheck check_of(const Backend& backend) {
  MachineCheck check{.name = fmt::format("backend {}", backend.name),
                     .found = std::nullopt,
                     .remedy = backend.text,
                     .needed = backend.name == "cpu"};
  if (backend.available) check.found = backend.text;
  return check;
}

std::vector<MachineCheck> all_checks() {
  const Devices devices = read_devices();
  std::vector<MachineCheck> checks{compiler(), cmake(), simd(devices),  onednn(devices), cores(),
                                   memory(),   gpu(),   cuda_toolkit(), driver(),        isolation()};
  for (const Backend& backend : devices.backends) checks.push_back(check_of(backend));
  return checks;
}

}  // namespace

int show_system() {
  fmt::print("{:<14}{}, built with compiler {}\n", "TinyTorch", TINYTORCH_VERSION, __VERSION__);
  for (const MachineCheck& check : all_checks()) {
    fmt::print("{:<14}{}\n", check.name, check.found.value_or(fmt::format("not found: {}", check.remedy)));
  }
  return EXIT_SUCCESS;
}

int check_system() {
  bool broken = false;
  for (const MachineCheck& check : all_checks()) {
    if (check.found) {
      fmt::print("  ok       {:<14}{}\n", check.name, *check.found);
    } else {
      broken = broken || check.needed;
      fmt::print("  {}  {:<14}{}\n", check.needed ? "MISSING" : "absent ", check.name, check.remedy);
    }
  }
  fmt::print("{}\n", broken ? "Something that TinyTorch needs is not here: see MISSING above."
                            : "What TinyTorch needs is here.");
  return broken ? EXIT_FAILURE : EXIT_SUCCESS;
}

}  // namespace tito
