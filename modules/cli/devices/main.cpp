// Prints what the library sees of this machine, a line each with fields separated by tabs, for the tito
// program, which is not linked with the library and so is there long before it:
//   instruction_set  NAME
//   onednn           VERSION   PATH
//   available        cpu|cuda  DESCRIPTION
//   emulated         cuda      DESCRIPTION
//   missing          cpu|cuda  REASON
#include "core/device.h"
#include "modules/cli/output.h"

#include <cstdio>
#include <cstdlib>
#include <exception>

#ifdef TINYTORCH_WITH_ONEDNN
#include <dlfcn.h>
#include <oneapi/dnnl/dnnl.h>

#include <filesystem>
#endif

using namespace tinytorch;

namespace {

/// The oneDNN that this process has loaded, which need not be the one that it was linked with.
void print_onednn() {
#ifdef TINYTORCH_WITH_ONEDNN
  const dnnl_version_t* const version = dnnl_version();
  Dl_info library{};
  dladdr(reinterpret_cast<const void*>(version), &library);
  std::printf("onednn\t%d.%d.%d\t%s\n", version->major, version->minor, version->patch,
              library.dli_fname == nullptr ? "" : std::filesystem::canonical(library.dli_fname).c_str());
#endif
}

}  // namespace

int main() {
  try {
    std::printf("instruction_set\t%s\n", instruction_set());
    print_onednn();
    for (const DeviceType type : {DeviceType::cpu, DeviceType::cuda}) {
      const Device device{type, 0};
      if (is_available(device)) {
        std::printf("%s\t%s\t%s\n", is_emulated(device) ? "emulated" : "available", name(type),
                    describe(device).c_str());
      } else {
        std::printf("missing\t%s\t%s\n", name(type), unavailable_reason(type).c_str());
      }
    }
    return tito::flush_output(EXIT_SUCCESS);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return EXIT_FAILURE;
  }
}
