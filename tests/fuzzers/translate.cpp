// Rewrites any text as a CUDA source. The result has the lines of the source, and is the source where there
// is nothing to rewrite; an error names a line of it.
#include "kernels/simt/translate/translate.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

namespace {

std::ptrdiff_t line_breaks(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

[[noreturn]] void fail_with(const std::string& why) {
  std::cerr << why << std::endl;  // seen when the program runs by hand, on the input that it kept
  std::abort();
}

void expect_line(const std::string& error, std::ptrdiff_t lines) {
  const std::string before = "line ";
  char* end = nullptr;
  const long line = error.starts_with(before) ? std::strtol(error.c_str() + before.size(), &end, 10) : 0;
  if (line < 1 || line > lines || !std::string(end).starts_with(": "))
    fail_with("the error names no line of the source: " + error);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string source(reinterpret_cast<const char*>(data), size);
  try {
    const std::string result = simt::translate(source);
    if (line_breaks(result) != line_breaks(source)) fail_with("the result has other lines:\n" + result);
    const bool has_kernels =
        source.find("<<<") != std::string::npos || source.find("__shared__") != std::string::npos;
    if (!has_kernels && result != source) fail_with("this was nothing to rewrite:\n" + result);
  } catch (const simt::TranslationError& error) {
    expect_line(error.what(), line_breaks(source) + 1);
  }
  return 0;
}
