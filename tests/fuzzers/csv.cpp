// Reads any bytes as a CSV file, with the first one as its delimiter. Each cell of a row must be there.
#include "nn/data/csv.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/error.h"
#include "tests/fuzzers/memory_file.h"

using namespace tinytorch;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  try {
    const MemoryFile file(data + 1, size - 1);
    const nn::CsvTable table = nn::load_csv(file.path(), {.delimiter = static_cast<char>(data[0])});
    for (const std::string& name : table.names()) {
      if (static_cast<std::int64_t>(table.strings(name).size()) != table.rows()) std::abort();
    }
    if (table.columns(table.names()).shape()[0] != table.rows()) std::abort();
  } catch (const IoError&) {
  } catch (const ValueError&) {  // the delimiter
  }
  return 0;
}
