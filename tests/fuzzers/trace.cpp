// Reads any bytes as a trace, and draws what it has.
#include "modules/cli/trace.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "modules/cli/flame_chart.h"
#include "tests/fuzzers/memory_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const tinytorch::MemoryFile file(data, size);
  try {
    const tito::Trace trace = tito::read_trace(file.path());
    if (!tito::flame_chart(trace, "trace").ends_with("</svg>\n")) std::abort();
  } catch (const std::runtime_error&) {
  }
  return 0;
}
