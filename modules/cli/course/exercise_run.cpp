#include "modules/cli/course/exercise_run.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

#include "modules/cli/course/isolation.h"

namespace tito {
namespace {

namespace fs = std::filesystem;

/// Of the processor, so that a machine that does other work as well gives the same result.
constexpr std::chrono::seconds kCpuTime{10};
/// By the clock, for what only waits.
constexpr std::chrono::seconds kTime{60};

/// What the emulated device says of a read that only its counters can see.
constexpr const char* kUninitialized = "reads uninitialized shared memory";

/// A program that runs checks, with the checks of a module.
struct Runner {
  fs::path program, checks;
};

Runner runner_for(const CourseTools& tools, const Module& module, PluginKind kind) {
  const char* const name = kind == PluginKind::host     ? "host"
                           : kind == PluginKind::memory ? "memory"
                           : kind == PluginKind::races  ? "races"
                                                        : "counters";
  return {.program = tools.folder / fmt::format("run_{}", name),
          .checks = tools.folder / fmt::format("checks_{:02}_{}.so", module.number, name)};
}

LineCounts line_counts(const nlohmann::json& json) {
  const auto number = [&](const char* key) { return json.value(key, std::uint64_t{0}); };
  return {.at = json.value("at", ""),
          .memory = json.value("memory", ""),
          .access = json.value("access", ""),
          .requests = number("requests"),
          .bytes = number("bytes"),
          .sectors = number("sectors"),
          .passes = number("passes"),
          .least_passes = number("least_passes"),
          .ways = number("ways")};
}

std::vector<KernelCounts> kernel_counts(const nlohmann::json& json) {
  std::vector<KernelCounts> kernels;
  for (const nlohmann::json& kernel : json) {
    kernels.push_back({.kernel = kernel.value("kernel", ""),
                       .launches = kernel.value("launches", std::uint64_t{0}),
                       .lines = {}});
    for (const nlohmann::json& line : kernel.value("lines", nlohmann::json::array()))
      kernels.back().lines.push_back(line_counts(line));
  }
  return kernels;
}

std::vector<Measurement> measurements_in(const nlohmann::json& json) {
  std::vector<Measurement> measurements;
  for (const nlohmann::json& each : json) {
    measurements.push_back({.what = each.value("what", ""),
                            .seconds = each.value("seconds", 0.0),
                            .bytes = each.value("bytes", std::uint64_t{0})});
  }
  return measurements;
}

/// The lines that the program wrote. The student's code runs in it, so they can be anything.
/// @return  whether the last one says that all checks were done
/// @throws nlohmann::json::exception  they are no report
bool parse_report(const fs::path& file, std::vector<CheckResult>& checks) {
  constexpr std::uintmax_t kMost = 1 << 20;
  if (fs::file_size(file) > kMost) return false;
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    const nlohmann::json json = nlohmann::json::parse(line);
    if (json.contains("checks")) return json["checks"] == checks.size();
    if (json.contains("begins")) {
      checks.push_back(
          {.suite = json.value("suite", ""), .name = json.value("begins", ""), .message = "", .todo = ""});
    } else if (!checks.empty() && checks.back().name == json.value("ends", "")) {
      checks.back() = {.suite = checks.back().suite,
                       .name = checks.back().name,
                       .passed = json.value("passed", false),
                       .message = json.value("message", ""),
                       .todo = json.value("todo", ""),
                       .kernels = kernel_counts(json.value("kernels", nlohmann::json::array())),
                       .measurements = measurements_in(json.value("measurements", nlohmann::json::array()))};
    }
  }
  return false;
}

/// The same; what is no report says that nothing was done.
bool read_report(const fs::path& file, std::vector<CheckResult>& checks) {
  try {
    return parse_report(file, checks);
  } catch (const nlohmann::json::exception&) {
    return false;
  }
}

// A log is the student's code's to write, and can be large, or one long line: std::regex would overflow the
// stack.

/// The end of a log, where a report is.
std::string end_of(const fs::path& log) {
  constexpr std::streamoff kMost = 256 << 10;
  std::ifstream stream(log, std::ios::binary | std::ios::ate);
  stream.seekg(std::max<std::streamoff>(stream.tellg() - kMost, 0));
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

/// The line from where the words begin; empty if they are not there.
std::string line_from(const std::string& log, const std::string& words) {
  constexpr std::size_t kMost = 500;
  const std::size_t begin = log.find(words);
  if (begin == std::string::npos) return "";
  return log.substr(begin, std::min(log.find('\n', begin) - begin, kMost));
}

/// The same without the words.
std::string line_after(const std::string& log, const std::string& words) {
  const std::string line = line_from(log, words);
  return line.empty() ? "" : line.substr(words.size());
}

/// The first lines of the student's sources, as "relu_dev.cpp:12", that the report of a sanitizer or a signal
/// names.
std::vector<std::string> lines_in(const std::string& log, const std::vector<std::string>& sources) {
  constexpr std::size_t kMost = 2;
  std::vector<std::string> lines;
  for (const std::string& source : sources) {
    const std::string before = '/' + source + ':';
    for (std::size_t at = log.find(before); at != std::string::npos; at = log.find(before, at + 1)) {
      const std::size_t digits = at + before.size();
      const std::size_t end = std::min(log.find_first_not_of("0123456789", digits), log.size());
      const std::string line = log.substr(at + 1, std::min<std::size_t>(end, digits + 9) - at - 1);
      if (end > digits && lines.size() < kMost && std::find(lines.begin(), lines.end(), line) == lines.end())
        lines.push_back(line);
    }
  }
  return lines;
}

/// Of the two accesses of ThreadSanitizer's report, the lines of the student's code that made them: each
/// stack goes on in what launched the kernel.
std::vector<std::string> lines_of_race(const std::string& log, const std::vector<std::string>& sources) {
  std::vector<std::string> lines;
  std::istringstream stream(log.substr(log.find("ThreadSanitizer: data race")));
  bool in_access = false;
  for (std::string line; std::getline(stream, line);) {
    if (line.find(" of size ") != std::string::npos) in_access = true;
    const std::vector<std::string> found = in_access ? lines_in(line, sources) : std::vector<std::string>();
    if (line.empty() || !found.empty()) in_access = false;
    if (!found.empty() && (lines.empty() || lines.front() != found.front())) lines.push_back(found.front());
  }
  return lines;
}

/// What stopped the program, in a sentence.
std::string describe_fault(const Ending& ending, const std::string& log, const Module& module) {
  const std::vector<std::string> lines = lines_in(log, module.sources());
  const std::string at = lines.empty() ? "" : " at " + lines.front();
  if (ending.timed_out) return "it did not end in time: an endless loop?" + at;
  if (ending.out_of_memory) return "it took too much memory" + at;
  if (ending.too_many_processes) return "it started too many processes" + at;
  if (log.find("ThreadSanitizer: data race") != std::string::npos) {
    return fmt::format("race: threads use the same memory without a barrier between: {}, in {}",
                       fmt::join(lines_of_race(log, module.sources()), " and "),
                       line_after(log, "simt: this race was seen in "));
  }
  const std::string fault = line_from(log, "simt: ERROR "), memory = line_after(log, "AddressSanitizer: "),
                    undefined = line_after(log, "runtime error: ");
  if (!fault.empty()) return fault + at;
  if (!memory.empty()) return "memory error: " + memory.substr(0, memory.find(' ')) + at;
  if (!undefined.empty()) return "undefined behaviour: " + undefined + at;
  return fmt::format("it ended with {}{}", describe(ending), at);
}

std::string filter_for(const Exercise& exercise) { return exercise.suite() + ".*"; }

ExerciseResult run_checks(const CourseTools& tools, const Runner& runner, const Plugin& plugin,
                          const std::string& filter, const Module& module, const fs::path& build,
                          const std::vector<std::string>& environment) {
  // The only folder that it can write to, and empty each time; its report it writes by a descriptor.
  const fs::path log = build / "run.log", report = build / "report.json", scratch = build / "scratch";
  fs::create_directories(scratch);
  std::vector<std::string> variables = environment;
  variables.push_back("TMPDIR=" + scratch.string());
  for (const char* variable : {"ASAN_OPTIONS=detect_leaks=0:handle_abort=1",
                               "TSAN_OPTIONS=halt_on_error=1:report_signal_unsafe=0:atexit_sleep_ms=0",
                               "UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1", "SIMT_WORKERS=2",
                               "SIMT_ORDER=shuffled", "SIMT_PROTECT=1", "OMP_WAIT_POLICY=passive"})
    variables.emplace_back(variable);
  std::vector<fs::path> visible = tools.toolchain;
  visible.insert(visible.end(), {runner.program, runner.checks, plugin.library});
  const Ending ending =
      run_isolated({.program = runner.program,
                    .arguments = {plugin.library, runner.checks, "--gtest_filter=" + filter},
                    .folder = scratch,
                    .log = log,
                    .environment = variables,
                    .report = report,
                    .visible = visible,
                    .scratch = std::uint64_t{64} << 20},
                   {.time = kTime, .cpu_time = kCpuTime, .time_out_signal = SIGABRT});
  ExerciseResult result;
  const bool complete = read_report(report, result.checks);
  const bool as_reported = ending.signal == 0 && ending.exit_code == (result.failure() != nullptr ? 1 : 0);
  if (!complete || !as_reported) result.fault = describe_fault(ending, end_of(log), module);
  // What ended the program ended the check that ran.
  if (!complete && !result.checks.empty() && !result.checks.back().passed &&
      result.checks.back().message.empty())
    result.checks.back().message = result.fault;
  return result;
}

const char* name_of(MeasureKind kind) { return kind == MeasureKind::times ? "times" : "counters"; }

fs::path measurements_of(const CourseTools& tools, const Module& module, MeasureKind kind) {
  return tools.folder / fmt::format("measure_{:02}_{}.so", module.number, name_of(kind));
}

/// What a further run found.
/// @param failed  whether the first run's checks failed: then only what the device reports is new
std::string fault_of(const ExerciseResult& run, bool failed) {
  if (!run.fault.empty()) return run.fault;
  const CheckResult* const failure = run.failure();
  const bool is_new =
      failure != nullptr && (!failed || failure->message.find(kUninitialized) != std::string::npos);
  return is_new ? failure->message : "";
}

}  // namespace

bool ExerciseResult::passed() const { return fault.empty() && !checks.empty() && failure() == nullptr; }

const CheckResult* ExerciseResult::failure() const {
  const auto failed =
      std::find_if(checks.begin(), checks.end(), [](const CheckResult& check) { return !check.passed; });
  return failed == checks.end() ? nullptr : &*failed;
}

ModulePlugins build_plugins(const CourseTools& tools, const Module& module, const fs::path& sources,
                            const fs::path& build) {
  const std::vector<fs::path> of_host = module.sources_in(sources, ".cpp"),
                              of_kernels = module.sources_in(sources, ".cu");
  const auto compile = [&](PluginKind kind, const std::vector<fs::path>& files, const char* name) {
    return files.empty() ? Plugin{} : build_plugin(tools, kind, files, fs::absolute(build), name);
  };
  return {.host = compile(PluginKind::host, of_host, "host"),
          .memory = compile(PluginKind::memory, of_kernels, "memory"),
          .races = compile(PluginKind::races, of_kernels, "races"),
          .counters = compile(PluginKind::counters, of_kernels, "counters")};
}

std::string first_errors(const ModulePlugins& plugins) {
  std::string errors = first_error(plugins.host.errors);
  for (const Plugin* plugin : {&plugins.memory, &plugins.races, &plugins.counters}) {
    if (plugin->ok()) continue;
    return errors + (errors.empty() ? "" : "\n") + first_error(plugin->errors);
  }
  return errors;
}

ExerciseResult run_exercise(const CourseTools& tools, const Module& module, const Exercise& exercise,
                            const ModulePlugins& plugins, const fs::path& build,
                            const std::vector<std::string>& environment) {
  const auto run = [&](PluginKind kind, const Plugin& plugin) {
    if (!plugin.ok()) return ExerciseResult{.checks = {}, .fault = kDoesNotCompile};
    ExerciseResult result = run_checks(tools, runner_for(tools, module, kind), plugin, filter_for(exercise),
                                       module, fs::absolute(build), environment);
    if (result.fault.empty() && result.checks.size() != exercise.checks.size())
      result.fault = fmt::format("{} of {} checks ran", result.checks.size(), exercise.checks.size());
    return result;
  };
  if (!exercise.on_device()) return run(PluginKind::host, plugins.host);
  ExerciseResult result = run(PluginKind::memory, plugins.memory);
  const CheckResult* const failed = result.failure();
  if (!result.fault.empty() || (failed != nullptr && !failed->todo.empty())) return result;
  // What a sanitizer sees can be why values are wrong; or they happened to be right, and no check can see it.
  // A thread that does not wait for what others write reads memory before it is written: that is a race,
  // first of all.
  std::string fault = fault_of(run(PluginKind::races, plugins.races), failed != nullptr);
  if (fault.empty()) fault = fault_of(run(PluginKind::counters, plugins.counters), failed != nullptr);
  if (failed == nullptr) {
    result.fault = fault;
  } else if (!fault.empty()) {
    result.checks[static_cast<std::size_t>(failed - result.checks.data())].message += "; " + fault;
  }
  return result;
}

std::vector<std::string> passing_exercises(const CourseTools& tools, const Module& module,
                                           const ModulePlugins& plugins, const fs::path& build,
                                           const std::vector<std::string>& environment) {
  std::map<std::string, std::size_t> passed;  // checks, by suite
  const auto run = [&](PluginKind kind, const Plugin& plugin) {
    std::string filter;
    for (const Exercise& exercise : module.exercises) {
      if (exercise.on_device() == (kind == PluginKind::memory)) filter += filter_for(exercise) + ':';
    }
    if (filter.empty()) return;
    const ExerciseResult result = run_checks(tools, runner_for(tools, module, kind), plugin, filter, module,
                                             fs::absolute(build), environment);
    if (!result.fault.empty()) throw std::runtime_error(fmt::format("{}: {}", module.name, result.fault));
    for (const CheckResult& check : result.checks) passed[check.suite] += check.passed ? 1 : 0;
  };
  run(PluginKind::host, plugins.host);
  run(PluginKind::memory, plugins.memory);
  std::vector<std::string> passing;
  for (const Exercise& exercise : module.exercises) {
    if (passed[exercise.suite()] == exercise.checks.size()) passing.push_back(exercise.id);
  }
  return passing;
}

std::optional<Plugin> build_measured(const CourseTools& tools, const Module& module, MeasureKind kind,
                                     const fs::path& sources, const fs::path& build) {
  if (!fs::exists(measurements_of(tools, module, kind))) return {};
  const bool of_kernels = kind == MeasureKind::counters;
  return build_plugin(tools, of_kernels ? PluginKind::counters : PluginKind::times,
                      module.sources_in(sources, of_kernels ? ".cu" : ".cpp"), fs::absolute(build),
                      name_of(kind));
}

ExerciseResult measure_exercise(const CourseTools& tools, const Module& module, const Exercise& exercise,
                                MeasureKind kind, const Plugin& plugin, const fs::path& build) {
  const Runner runner{.program = tools.folder / fmt::format("run_{}", name_of(kind)),
                      .checks = measurements_of(tools, module, kind)};
  return run_checks(tools, runner, plugin, filter_for(exercise), module, fs::absolute(build),
                    {"COURSE_COUNTS=1"});
}

}  // namespace tito
