#include "kernels/simt/executor/options.h"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <optional>
#include <stdexcept>

namespace simt {
namespace {

[[noreturn]] void reject(const char* name, std::string_view value, const char* expected) {
  std::fprintf(stderr, "simt: %s=%.*s: expected %s\n", name, static_cast<int>(value.size()), value.data(),
               expected);
  std::fflush(nullptr);
  std::_Exit(2);
}

std::optional<std::string_view> variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::nullopt : std::optional<std::string_view>(value);
}

template <class T>
void read_integer(const char* name, T smallest, T largest, const char* expected, T& result) {
  if (const auto value = variable(name)) {
    const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), result);
    if (error != std::errc() || end != value->data() + value->size() || result < smallest ||
        result > largest) {
      reject(name, *value, expected);
    }
  }
}

Order read_order() {
  const std::string_view value = variable("SIMT_ORDER").value_or("forward");
  if (value == "forward") {
    return Order::forward;
  }
  if (value == "reverse") {
    return Order::reverse;
  }
  if (value == "shuffled") {
    return Order::shuffled;
  }
  reject("SIMT_ORDER", value, "forward, reverse or shuffled");
}

Options read_environment() {
  Options read;
  read_integer("SIMT_WORKERS", 1, 64, "a number from 1 to 64", read.workers);
  read.order = read_order();
  read_integer("SIMT_SEED", 0U, std::numeric_limits<unsigned>::max(), "a 32-bit number", read.seed);
  int protect = 0;
  read_integer("SIMT_PROTECT", 0, 1, "0 or 1", protect);
  read.protect = protect == 1;
  read_integer("SIMT_DEVICES", 1, 16, "a number from 1 to 16", read.devices);
  read_integer("SIMT_MEMORY", std::size_t{1}, std::numeric_limits<std::size_t>::max() / 2,
               "a number of bytes", read.memory);
  try {
    omit(variable("SIMT_OMIT").value_or(""));
  } catch (const std::invalid_argument&) {
    reject("SIMT_OMIT", *variable("SIMT_OMIT"), "FILE_SUFFIX:LINE");
  }
  return read;
}

}  // namespace

Options& options() {
  static Options options = read_environment();
  return options;
}

}  // namespace simt
