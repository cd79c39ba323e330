// tito benchmark: rounds of times, TinyTorch's and PyTorch's in turn, and what they say.
#include "modules/cli/commands.h"
#include "modules/cli/conversation.h"
#include "modules/cli/process.h"
#include "modules/cli/programs.h"
#include "modules/cli/scratch_directory.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string_view>

namespace tito {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// The q-quantile of sorted values, interpolated.
double quantile(const std::vector<double>& sorted, double q) {
  const double at = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

/// The median and the quartiles.
struct Spread {
  double median = 0, low = 0, high = 0;

  double relative() const { return (high - low) / median; }
};

Spread spread_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {quantile(values, 0.5), quantile(values, 0.25), quantile(values, 0.75)};
}

/// What was measured of a row.
struct Measured {
  std::string name, group;
  double operations = 0, bytes = 0;
  Spread seconds = {};
  std::optional<Spread> torch_seconds = {};
  std::optional<Spread> ratio = {};  // ours over PyTorch's, of the times of a round
  bool differs = false;              // the results do
  std::string error = {};
};

/// A program and its times of the current row.
struct Timed {
  std::unique_ptr<Conversation> program;
  std::vector<double> seconds = {};
  Json first = {};

  /// @return  whether it has the row
  bool time(const std::string& row) {
    const Json answer = Json::parse(program->ask(row));
    if (seconds.empty()) first = answer;
    if (answer.contains("error")) throw std::runtime_error(answer["error"].get<std::string>());
    if (!answer.contains("seconds")) return false;
    seconds.push_back(answer["seconds"]);
    return true;
  }
};

/// What the user asked for cannot be.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The arguments with which our program lists or serves rows for a number of threads.
std::vector<std::string> arguments_to(const char* list_or_serve, const BenchmarkOptions& options,
                                      int threads) {
  return {list_or_serve, "--threads", std::to_string(threads), "--backend", options.backend};
}

/// The programs of one number of threads.
struct TimedPrograms {
  Timed ours;
  std::vector<Timed> torch;  // of one that frees memory as it comes, and one that keeps it
};

TimedPrograms start_programs(const BenchmarkOptions& options, const fs::path& torch, int threads) {
  const std::string size = std::to_string(threads);
  // Before set_num_threads() of a thread, a library may have asked OpenMP.
  const std::string omp = "OMP_NUM_THREADS=" + size;
  TimedPrograms programs;
  programs.ours.program = std::make_unique<Conversation>(
      find_tool("benchmarks").path, arguments_to("--serve", options, threads), std::vector{omp});
  if (torch.empty()) return programs;
  const std::vector<std::string> arguments{size};
  programs.torch.push_back({std::make_unique<Conversation>(torch, arguments, std::vector{omp})});
  // PyTorch has no allocator of its own for the CPU: glibc gives large blocks back to the system, and each
  // use of one begins with page faults. Both ways are timed, and the faster one counts.
  programs.torch.push_back({std::make_unique<Conversation>(
      torch, arguments,
      std::vector<std::string>{omp, "MALLOC_MMAP_MAX_=0", "MALLOC_TRIM_THRESHOLD_=64000000000"})});
  return programs;
}

/// Whether both programs computed the same. Random rows need not, and some rows give no digest; one that is
/// not finite is null in JSON.
bool agree(const Json& ours, const Json& torch, const std::string& group) {
  constexpr double kTolerance = 1e-3;
  if (group == "random" || !ours.contains("digest") || !torch.contains("digest")) return true;
  if (ours["digest"].is_null() || torch["digest"].is_null()) return ours["digest"] == torch["digest"];
  const double a = ours["digest"], b = torch["digest"];
  return std::abs(a - b) <= kTolerance * std::max(std::abs(a), std::abs(b));
}

void compare(Measured& measured, const Timed& ours, const Timed& torch) {
  measured.torch_seconds = spread_of(torch.seconds);
  std::vector<double> ratios;
  for (std::size_t i = 0; i < ours.seconds.size(); ++i) ratios.push_back(ours.seconds[i] / torch.seconds[i]);
  measured.ratio = spread_of(ratios);
  measured.differs = !agree(ours.first, torch.first, measured.group);
}

Measured measure(const Json& row, TimedPrograms& programs, int rounds) {
  Measured measured{.name = row["name"], .group = row["group"], .operations = row["operations"]};
  const std::string request = row.dump();
  programs.ours.seconds.clear();
  for (Timed& each : programs.torch) each.seconds.clear();
  try {
    bool has_torch = !programs.torch.empty();
    for (int round = 0; round < rounds; ++round) {
      if (!programs.ours.time(request)) throw std::runtime_error("the program does not have this row");
      for (Timed& each : programs.torch) has_torch = has_torch && each.time(request);
    }
    measured.seconds = spread_of(programs.ours.seconds);
    measured.bytes = programs.ours.first.value("bytes", 0.0);
    if (!has_torch) return measured;
    const auto median = [](const Timed& timed) { return spread_of(timed.seconds).median; };
    const bool keeps = median(programs.torch[1]) < median(programs.torch[0]);
    compare(measured, programs.ours, programs.torch[keeps ? 1 : 0]);
  } catch (const std::exception& error) {
    // Of PyTorch's errors, the first line says what is wrong.
    const std::string_view text = error.what();
    measured.error = text.substr(0, text.find('\n'));
  }
  return measured;
}

/// What the processor did in the rows of the group "machine".
struct Peaks {
  double operations = 0, read = 0, copy = 0;  // a second

  void add(const Measured& row) {
    if (row.name == "multiply-adds") operations = row.operations / row.seconds.median;
    if (row.name == "read of memory") read = row.bytes / row.seconds.median;
    if (row.name == "copy of memory") copy = row.bytes / row.seconds.median;
  }
};

constexpr double kManyBytes = 64 << 20;  // of less, caches hold a part

/// "12.3 GF/s  85 %": the rate, and its share of the peak.
std::string rate_of(const Measured& row, const Peaks& peaks) {
  const double seconds = row.seconds.median;
  if (row.operations > 0) {
    const double rate = row.operations / seconds;
    return fmt::format("{:7.1f} GF/s {:>5}", rate / 1e9,
                       peaks.operations > 0 ? fmt::format("{:.0f} %", 100 * rate / peaks.operations) : "");
  }
  if (row.bytes == 0) return std::string(18, ' ');
  const double rate = row.bytes / seconds, peak = row.group == "reductions" ? peaks.read : peaks.copy;
  const bool is_from_memory = row.bytes >= kManyBytes && peak > 0;
  return fmt::format("{:7.1f} GB/s {:>5}", rate / 1e9,
                     is_from_memory ? fmt::format("{:.0f} %", 100 * rate / peak) : "");
}

std::string time_text(double seconds) {
  if (seconds < 1e-3) return fmt::format("{:.2f} us", seconds * 1e6);
  return seconds < 1 ? fmt::format("{:.2f} ms", seconds * 1e3) : fmt::format("{:.2f} s", seconds);
}

void print_row(const Measured& row, const Peaks& peaks) {
  if (!row.error.empty()) {
    fmt::print("{:<66} failed: {}\n", row.name, row.error);
  } else {
    fmt::print("{:<66} {:>11} {}", row.name, time_text(row.seconds.median), rate_of(row, peaks));
    if (row.ratio) {
      fmt::print(" {:>11}  {:5.2f} ({:.2f} to {:.2f}){}", time_text(row.torch_seconds->median),
                 row.ratio->median, row.ratio->low, row.ratio->high,
                 row.differs ? "  THE RESULTS DIFFER" : "");
    }
    fmt::print("\n");
  }
  std::fflush(stdout);
}

/// Of each group: the geometric mean of the ratios, and how many are above 1 with their lower quartile.
void print_groups(const std::vector<Measured>& rows) {
  struct Group {
    double logarithms = 0;
    int rows = 0, behind = 0;
  };
  std::map<std::string, Group> groups;
  for (const Measured& row : rows) {
    if (!row.ratio) continue;
    for (const std::string& name : {row.group, std::string("all")}) {
      Group& group = groups[name];
      group.logarithms += std::log(row.ratio->median);
      ++group.rows;
      if (row.ratio->low > 1) ++group.behind;
    }
  }
  if (groups.empty()) return;
  fmt::print("\n{:<24} {:>6} {:>16} {:>22}\n", "group", "rows", "ours / PyTorch", "slower than PyTorch");
  for (const auto& [name, group] : groups)
    fmt::print("{:<24} {:>6} {:>16.2f} {:>22}\n", name, group.rows, std::exp(group.logarithms / group.rows),
               group.behind);
}

/// Says whether the rounds of many rows differ much.
void print_noise(const std::vector<Measured>& rows) {
  constexpr double kNoisy = 0.15, kShare = 0.1;
  const auto noisy = std::count_if(rows.begin(), rows.end(), [](const Measured& row) {
    return row.error.empty() && row.seconds.relative() > kNoisy;
  });
  if (static_cast<double>(noisy) > kShare * static_cast<double>(rows.size()))
    fmt::print(
        "\nThis machine is too noisy to judge by: of {} of {} rows, the quartiles of the rounds are more "
        "than "
        "{:.0f} % apart.\n",
        noisy, rows.size(), 100 * kNoisy);
}

Json json_of(const Measured& row) {
  Json json{{"name", row.name}, {"group", row.group}};
  if (!row.error.empty()) {
    json["error"] = row.error;
    return json;
  }
  const auto of_spread = [](const Spread& spread) {
    return Json{{"median", spread.median}, {"low", spread.low}, {"high", spread.high}};
  };
  json["seconds"] = of_spread(row.seconds);
  if (row.operations > 0) json["operations"] = row.operations;
  if (row.bytes > 0) json["bytes"] = row.bytes;
  if (row.ratio) {
    json["torch_seconds"] = of_spread(*row.torch_seconds);
    json["ratio"] = of_spread(*row.ratio);
    json["same_results"] = !row.differs;
  }
  return json;
}

/// The rows whose names match, after those of the machine, which the others are held against.
/// @throws UsageError          the backend or the pattern is not right
/// @throws std::runtime_error  the program fails, or no row matches
Json matching_rows(const BenchmarkOptions& options, int threads) {
  const std::string program = find_tool("benchmarks").path.string();
  std::vector<std::string> arguments = arguments_to("--list", options, threads);
  arguments.insert(arguments.end(), {"-k", options.pattern.empty() ? "." : options.pattern});
  ScratchDirectory scratch;
  const fs::path log = scratch.path() / "rows.json";
  const Ending ending = run_logged(program, arguments, log);
  std::string text, line;
  for (std::ifstream file(log); std::getline(file, line);) text += (text.empty() ? "" : "\n") + line;
  if (ending.exit_code == kUsageError) throw UsageError(text);
  if (ending.exit_code != 0 || ending.signal != 0)
    throw std::runtime_error(fmt::format("{} ended with {}: {}", program, describe(ending), text));
  Json rows = Json::parse(text.substr(text.rfind('\n') + 1));  // what the library says comes before it
  const auto is_asked_for = [](const Json& row) { return row["group"] != "machine"; };
  if (!options.pattern.empty() && std::none_of(rows.begin(), rows.end(), is_asked_for))
    throw UsageError(fmt::format("no row matches {}", options.pattern));
  return rows;
}

/// Builds PyTorch's program in the build folder.
/// @return  the program
fs::path build_torch_program() {
  const char* torch = std::getenv("TORCH_DIR");
  if (torch == nullptr || !fs::exists(fs::path(torch) / "lib" / "libtorch_cpu.so")) {
    throw std::runtime_error(
        "set TORCH_DIR to a folder that has lib/libtorch_cpu.so: that of the Python package torch (python3 "
        "-c "
        "'import torch; print(torch.__path__[0])'), or of libtorch");
  }
  const fs::path build = build_folder() / "torch_benchmarks",
                 source = build_folder().parent_path().parent_path() / "tests" / "benchmarks" / "torch",
                 log = build / "build.log";
  fs::create_directories(build);
  fmt::print(stderr, "tito: building the rows of PyTorch\n");
  const auto run = [&](const std::vector<std::string>& arguments) {
    const Ending ending = run_logged("/usr/bin/env", arguments, log);
    if (ending.exit_code == 0 && ending.signal == 0) return;
    throw std::runtime_error(fmt::format("PyTorch's rows cannot be built; see {}", log.string()));
  };
  run({"cmake", "-S", source.string(), "-B", build.string(), "-DTORCH_DIR=" + fs::absolute(torch).string()});
  run({"cmake", "--build", build.string()});
  return build / "torch_benchmarks";
}

std::vector<Measured> measure_all(const Json& rows, TimedPrograms& programs, int rounds) {
  Peaks peaks;
  std::vector<Measured> measured;
  for (const Json& row : rows) {
    measured.push_back(measure(row, programs, rounds));
    peaks.add(measured.back());
    print_row(measured.back(), peaks);
  }
  return measured;
}

}  // namespace

namespace {

int time_rows(const BenchmarkOptions& options) {
  static_cast<void>(matching_rows(options, 1));  // an error now, and not after a build
  const fs::path torch = options.compare.empty() ? fs::path() : build_torch_program();
  std::ofstream file(options.json);
  if (!options.json.empty() && !file) throw std::runtime_error(fmt::format("cannot write {}", options.json));
  Json result;
  bool failed = false;
  for (const int threads : options.threads) {
    fmt::print("{}{} thread{}: median of {} rounds{}\n", result.empty() ? "" : "\n", threads,
               threads == 1 ? "" : "s", options.rounds,
               torch.empty() ? "" : "; PyTorch's time; ours over PyTorch's, with its quartiles");
    TimedPrograms programs = start_programs(options, torch, threads);
    const std::vector<Measured> measured =
        measure_all(matching_rows(options, threads), programs, options.rounds);
    print_groups(measured);
    print_noise(measured);
    Json& times = result[std::to_string(threads)] = Json::array();
    for (const Measured& row : measured) {
      times.push_back(json_of(row));
      failed = failed || !row.error.empty() || row.differs;
    }
  }
  if (!options.json.empty()) {
    file << result.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
    if (!file.flush()) throw std::runtime_error(fmt::format("cannot write {}", options.json));
  }
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

}  // namespace

int run_benchmarks(const BenchmarkOptions& options) {
  try {
    return time_rows(options);
  } catch (const UsageError& error) {
    fmt::print(stderr, "tito: {}\n", error.what());
    return kUsageError;
  }
}

}  // namespace tito
