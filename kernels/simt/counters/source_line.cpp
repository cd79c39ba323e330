#include "kernels/simt/counters/source_line.h"

#include <backtrace.h>

#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace simt {
namespace {

bool is_library_header(std::string_view file) {
  return file.starts_with("/usr/") || file.find("/kernels/simt/include/") != file.npos ||
         file.find("/kernels/simt/portable/") != file.npos;
}

/// The text, for as long as the program runs.
const char* kept(const char* text) {
  static std::mutex mutex;
  static std::set<std::string> texts;
  const std::lock_guard lock(mutex);
  return texts.emplace(text).first->c_str();
}

void ignore_error(void* /*data*/, const char* /*message*/, int /*code*/) {}  // the line stays unknown

int find_line(void* result, std::uintptr_t /*instruction*/, const char* file, int line,
              const char* /*function*/) {
  if (file == nullptr || is_library_header(file)) return 0;
  *static_cast<Site*>(result) = {kept(file), static_cast<unsigned>(line)};
  return 1;
}

}  // namespace

Site source_line(std::initializer_list<std::uintptr_t> return_addresses) {
  static backtrace_state* const state = backtrace_create_state(nullptr, 1, ignore_error, nullptr);
  Site found;
  for (const std::uintptr_t address : return_addresses) {
    if (address != 0 && found.line == 0)
      backtrace_pcinfo(state, address - 1, find_line, ignore_error, &found);
  }
  return found;
}

}  // namespace simt
