#include "modules/cli/course/measure.h"

#include <fmt/format.h>

#include <utility>

namespace tito {
namespace {

double share(std::uint64_t part, std::uint64_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

/// "4.00 sectors", or of shared memory "2.00 passes, 32-way conflict".
std::string cost_of(const LineCounts& line) {
  if (line.memory == "global") return fmt::format("{:.2f} sectors", share(line.sectors, line.requests));
  return fmt::format(
      "{:.2f} passes, {}", share(line.passes, line.requests),
      line.passes == line.least_passes ? "no conflict" : fmt::format("{}-way conflict", line.ways));
}

/// "all global loads: 128 bytes of threads, 128 of sectors", of all lines with this memory and access; empty
/// if there are none.
std::string sum_of(const KernelCounts& kernel, const char* memory, const char* access) {
  std::uint64_t bytes = 0, sectors = 0;
  for (const LineCounts& line : kernel.lines) {
    if (line.memory != memory || line.access != access) continue;
    bytes += line.bytes;
    sectors += line.sectors;
  }
  if (bytes == 0) return "";
  return fmt::format("    all {} {}s: {} bytes of threads{}\n", memory, access, bytes,
                     sectors == 0 ? "" : fmt::format(", {} of sectors", sectors * 32));
}

/// With three digits: "1.23 ms".
std::string time_of(double seconds) {
  for (const auto& [unit, name] : {std::pair(1.0, "s"), std::pair(1e-3, "ms"), std::pair(1e-6, "us")}) {
    if (seconds >= unit) return fmt::format("{:.3g} {}", seconds / unit, name);
  }
  return fmt::format("{:.3g} ns", seconds / 1e-9);
}

}  // namespace

std::string table_of(const std::vector<KernelCounts>& kernels) {
  std::string table;
  for (const KernelCounts& kernel : kernels) {
    table += fmt::format("  {}, {} {}\n", kernel.kernel, kernel.launches,
                         kernel.launches == 1 ? "launch" : "launches");
    table +=
        fmt::format("    {:<28} {:<14} {:>10} {:>12}  a request\n", "line", "access", "requests", "bytes");
    for (const LineCounts& line : kernel.lines)
      table += fmt::format("    {:<28} {:<14} {:>10} {:>12}  {}\n", line.at, line.memory + ' ' + line.access,
                           line.requests, line.bytes, cost_of(line));
    for (const char* memory : {"global", "shared"}) {
      for (const char* access : {"load", "store", "atomic"}) table += sum_of(kernel, memory, access);
    }
  }
  return table;
}

std::string table_of(const std::vector<Measurement>& measurements) {
  if (measurements.empty()) return "";
  std::string table = fmt::format("  {:<40} {:>10} {:>10} {:>12}\n", "", "time", "of first", "memory");
  for (const Measurement& each : measurements)
    table += fmt::format("  {:<40} {:>10} {:>10.2f} {:>12}\n", each.what, time_of(each.seconds),
                         each.seconds / measurements.front().seconds, fmt::format("{} bytes", each.bytes));
  return table;
}

}  // namespace tito
