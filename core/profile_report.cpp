// How a Profile is printed and written.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <ostream>
#include <span>
#include <string_view>

#include "core/internal/file.h"
#include "core/internal/format.h"
#include "core/internal/text.h"
#include "core/profiler.h"

namespace tinytorch {

namespace {

constexpr std::size_t kWrittenAtOnce = 1 << 16;  // bytes of a trace

/// The rate in units of 1e9 a second; nothing where there is none.
std::string giga_rate(double amount, double seconds) {
  return amount > 0 && seconds > 0 ? fmt::format("{:.1f}", amount / seconds / 1e9) : "";
}

/// Nothing in place of 0, so that the others stand out.
std::string unless_zero(std::uint64_t n) { return n == 0 ? "" : std::to_string(n); }

std::string table_line(std::string_view kind, std::string_view name, std::string_view calls,
                       std::string_view total, std::string_view self, std::string_view share,
                       std::string_view gigabytes, std::string_view gigaflops, std::string_view allocations,
                       std::string_view megabytes) {
  std::string line =
      fmt::format("{:<8}  {:<32} {:>9} {:>12} {:>12} {:>6} {:>8} {:>8} {:>11} {:>12}", kind, name, calls,
                  total, self, share, gigabytes, gigaflops, allocations, megabytes);
  line.erase(line.find_last_not_of(' ') + 1);
  return line + '\n';
}

std::string row_line(const ProfileRow& row, double all_self_seconds) {
  const double share = all_self_seconds > 0 ? 100 * row.self_seconds / all_self_seconds : 0;
  const double megabytes = static_cast<double>(row.work.allocated_bytes) / 1e6;
  return table_line(name(row.kind), printable(row.name, 29), std::to_string(row.calls),
                    fmt::format("{:.3f}", row.seconds * 1e3), fmt::format("{:.3f}", row.self_seconds * 1e3),
                    fmt::format("{:.1f}", share), giga_rate(static_cast<double>(row.work.bytes), row.seconds),
                    giga_rate(row.work.operations, row.seconds), unless_zero(row.work.allocations),
                    row.work.allocations == 0 ? "" : fmt::format("{:.3f}", megabytes));
}

/// What the trace has of each scope besides its name and times.
std::string trace_arguments(const ProfileWork& work) {
  std::string text;
  const auto add = [&](const char* name, double value) {
    if (value > 0) text += fmt::format("{}\"{}\":{:.0f}", text.empty() ? "" : ",", name, value);
  };
  add("bytes", static_cast<double>(work.bytes));
  add("operations", work.operations);
  add("allocations", static_cast<double>(work.allocations));
  add("allocated_bytes", static_cast<double>(work.allocated_bytes));
  return text;
}

/// A name as a string of JSON. It need not be UTF-8, as JSON is.
std::string json_string(const std::string& text) {
  using Json = nlohmann::json;
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// The beginning of the events of each row: all but what differs between them.
std::vector<std::string> event_heads(const Profile& profile) {
  std::vector<std::string> heads;
  for (const ProfileRow& row : profile.rows) {
    heads.push_back(
        fmt::format(R"({{"name":{},"cat":"{}","ph":"X","pid":1)", json_string(row.name), name(row.kind)));
  }
  return heads;
}

}  // namespace

std::string to_string(const Profile& profile, std::size_t max_rows) {
  const double all_self_seconds =
      std::accumulate(profile.rows.begin(), profile.rows.end(), 0.0,
                      [](double sum, const ProfileRow& row) { return sum + row.self_seconds; });
  std::string text = fmt::format("{:.3f} s recorded\n", profile.seconds);
  if (profile.has_host_times)
    text += "times of GPU kernels are those of enqueuing them; .synchronize = true waits for their work\n";
  text += table_line("kind", "name", "calls", "total ms", "self ms", "self %", "GB/s", "GF/s", "allocations",
                     "MB allocated");
  const std::size_t shown = std::min(profile.rows.size(), max_rows);
  for (std::size_t i = 0; i < shown; ++i) text += row_line(profile.rows[i], all_self_seconds);
  if (profile.rows.size() > shown) text += fmt::format("and {} more\n", profile.rows.size() - shown);
  return text;
}

std::ostream& operator<<(std::ostream& out, const Profile& profile) { return out << to_string(profile); }

void write_chrome_trace(const std::string& path, const Profile& profile) {
  ReplacementFile file("write_chrome_trace", path);
  const std::vector<std::string> heads = event_heads(profile);
  std::string text = R"({"traceEvents":[)";
  const char* separator = "\n";
  for (const ProfileEvent& event : profile.events) {
    text += fmt::format("{}{},\"tid\":{},\"ts\":{:.3f},\"dur\":{:.3f},\"args\":{{{}}}}}", separator,
                        heads.at(event.row), event.thread + 1, event.start * 1e6, event.seconds * 1e6,
                        trace_arguments(event.work));
    separator = ",\n";
    if (text.size() < kWrittenAtOnce) continue;
    file.write(std::as_bytes(std::span(text)));
    text.clear();
  }
  text += fmt::format("\n],\"displayTimeUnit\":\"ms\",\"otherData\":{{\"eventsLeftOut\":{}}}}}\n",
                      profile.events_left_out);
  file.write(std::as_bytes(std::span(text)));
  file.commit();
}

}  // namespace tinytorch
