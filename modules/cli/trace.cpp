#include "modules/cli/trace.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace tito {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kSearched = 1 << 16;  // bytes in which "traceEvents" is looked for

/// A value of an event; null if it has none.
const Json& value_of(const Json& event, const char* key) {
  static const Json none;
  const auto found = event.find(key);
  return found == event.end() ? none : *found;
}

double number_or_zero(const Json& object, const char* key) {
  const Json& value = object.is_object() ? value_of(object, key) : object;
  return value.is_number() ? value.get<double>() : 0;
}

/// Takes the events of a trace while the file is parsed, so that it is never in memory as a whole. They are
/// in "traceEvents" of an object, or in an array.
class TraceReader {
 public:
  explicit TraceReader(std::string path) : path_(std::move(path)) {}

  Trace read() {
    std::ifstream file(path_, std::ios::binary);
    if (!file || std::filesystem::is_directory(path_))
      throw std::runtime_error(fmt::format("{} cannot be read", path_));
    try {
      const Json rest = Json::parse(file, [this](int depth, Json::parse_event_t event, Json& value) {
        return keeps(depth, event, value);
      });
      trace_.left_out = left_out_of(rest);
    } catch (const Json::parse_error& error) {
      throw std::runtime_error(
          fmt::format("{} is no whole trace: there is no JSON from byte {} on", path_, error.byte));
    } catch (const Json::out_of_range&) {
      throw std::runtime_error(fmt::format("{} is no trace: a number in it is too large", path_));
    }
    if (trace_.scopes.empty())
      throw std::runtime_error(
          fmt::format("{} has nothing to draw: no complete events (\"ph\": \"X\")", path_));
    return std::move(trace_);
  }

 private:
  static constexpr int kElsewhere = -1;

  // Returns false for what the result of the parser need not have.
  bool keeps(int depth, Json::parse_event_t event, const Json& value) {
    if (depth == 0 && event == Json::parse_event_t::array_start) depth_of_events_ = 1;
    if (depth == 1 && event == Json::parse_event_t::key && depth_of_events_ != 1) {
      depth_of_events_ = value == "traceEvents" ? 2 : kElsewhere;
      return value == "traceEvents" || value == "otherData";
    }
    if (event != Json::parse_event_t::object_end || depth != depth_of_events_) return true;
    add(value);
    return false;
  }

  void add(const Json& event) {
    ++events_;
    if (value_of(event, "ph") != "X") return;
    const Json &name = value_of(event, "name"), &category = value_of(event, "cat"),
               &arguments = value_of(event, "args");
    if (!name.is_string()) refuse("name");
    TraceScope scope{.name = name.get<std::string>(),
                     .category = category.is_string() ? category.get<std::string>() : "",
                     .thread = thread_of(event),
                     .start = time_of(event, "ts"),
                     .end = 0,
                     .bytes = number_or_zero(arguments, "bytes"),
                     .operations = number_or_zero(arguments, "operations")};
    const std::int64_t duration = time_of(event, "dur");
    if (duration < 0) refuse("dur");
    scope.end = scope.start + duration;
    trace_.scopes.push_back(std::move(scope));
  }

  /// A time in microseconds, as nanoseconds.
  std::int64_t time_of(const Json& event, const char* key) const {
    constexpr double kMost = 3e15;  // from 1970 to 2065; differences of ends fit into 63 bits
    const Json& value = value_of(event, key);
    if (!value.is_number() || !(std::abs(value.get<double>()) < kMost)) refuse(key);
    return std::llround(value.get<double>() * 1e3);
  }

  std::size_t thread_of(const Json& event) {
    std::string name;
    for (const char* const key : {"pid", "tid"}) {
      const Json& value = value_of(event, key);
      if (value.is_structured()) refuse(key);
      name += (name.empty() ? "" : ", ") + std::string(key) + " " + value.dump();
    }
    const auto [found, is_new] = threads_.try_emplace(name, trace_.threads.size());
    if (is_new) trace_.threads.push_back(name);
    return found->second;
  }

  [[noreturn]] void refuse(const char* key) const {
    throw std::runtime_error(
        fmt::format("{} is no trace: its event {} has no valid \"{}\"", path_, events_, key));
  }

  static std::uint64_t left_out_of(const Json& rest) {
    const double n = rest.is_object() ? number_or_zero(value_of(rest, "otherData"), "eventsLeftOut") : 0;
    return n > 0 && n < 0x1p63 ? static_cast<std::uint64_t>(n) : 0;
  }

  std::string path_;
  Trace trace_;
  std::map<std::string, std::size_t> threads_;
  std::size_t events_ = 0;
  int depth_of_events_ = kElsewhere;  // in the part of the file that is read
};

}  // namespace

bool is_trace(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string head(kSearched, '\0');
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(file.gcount()));
  const std::size_t first = head.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return false;
  return head[first] == '[' || (head[first] == '{' && head.find("\"traceEvents\"") != std::string::npos);
}

Trace read_trace(const std::string& path) { return TraceReader(path).read(); }

}  // namespace tito
