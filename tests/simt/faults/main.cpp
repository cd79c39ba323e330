#include <cstdio>
#include <string_view>

#include "tests/simt/faults/faults.h"

// simt_faults NAME right|wrong: runs one of the programs, with or without its fault, and prints the device's
// error.
int main(int count, char** arguments) {
  if (count != 3) {
    return 3;
  }
  const bool wrong = std::string_view(arguments[2]) == "wrong";
  for (const auto* faults : {&simt::memory_faults(), &simt::races()}) {
    for (const simt::PlantedFault& fault : *faults) {
      if (fault.name == std::string_view(arguments[1])) {
        fault.run(wrong);
        std::printf("device: %s\n", cudaGetErrorName(cudaDeviceSynchronize()));
        return 0;
      }
    }
  }
  return 3;
}
