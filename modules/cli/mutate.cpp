// Mutation testing of the CUDA kernels on the emulated device: each omitted call must make a test fail.
#include "modules/cli/commands.h"
#include "modules/cli/mutants.h"
#include "modules/cli/nearest.h"
#include "modules/cli/process.h"
#include "modules/cli/programs.h"

#include <fmt/format.h>

#include <sys/personality.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <stdexcept>
#include <utility>

namespace tito {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// A build, and the schedule of its device.
struct Stage {
  std::string preset;
  std::string order;  // SIMT_ORDER
  int seed = 1;       // SIMT_SEED
  int workers = 1;    // SIMT_WORKERS: blocks race only if there are two

  std::string name() const {
    if (preset != "emulated") return preset;
    return order == "shuffled" ? fmt::format("emulated shuffled {}", seed) : "emulated " + order;
  }
};

/// The stages from cheap to expensive. Most mutants are caught by the first.
std::vector<Stage> stages_of(const std::vector<std::string>& presets) {
  std::vector<Stage> stages;
  for (const std::string& preset : presets) {
    if (preset != "emulated") {
      // ThreadSanitizer knows 255 threads at once, and forgets one for each further thread. In regular orders
      // that can be just the one that races.
      const bool races = preset == "tsan";
      stages.push_back({.preset = preset, .order = races ? "shuffled" : "forward", .workers = races ? 3 : 1});
      continue;
    }
    stages.push_back({.preset = preset, .order = "forward"});
    stages.push_back({.preset = preset, .order = "reverse"});
    for (const int seed : {1, 2, 3}) {
      stages.push_back({.preset = preset, .order = "shuffled", .seed = seed});
    }
  }
  return stages;
}

/// The result of a test program.
struct Run {
  Ending ending;
  bool reached = false;  // the omitted call was executed
  fs::path log;

  bool passed() const { return ending.exit_code == 0 && ending.signal == 0 && !ending.timed_out; }
};

/// The builds and their test programs.
class Builds {
 public:
  explicit Builds(fs::path folder) : folder_(std::move(folder)) {}

  /// Whether all test programs of the preset are built. Prints the first that is not.
  bool has(const std::string& preset, const std::vector<Cover>& covers) {
    const bool is_configured = fs::exists(folder_ / preset / "programs.txt");
    if (is_configured) suites_[preset] = read_programs(folder_ / preset).suites;
    for (const Cover& cover : covers) {
      const fs::path program = path_of(preset, cover.program);
      if (fs::exists(program)) continue;
      fmt::print(stderr, "tito: {} is missing; ./tito mutate builds it\n", program.string());
      return false;
    }
    return true;
  }

  /// Runs the tests of a cover with one call omitted: FILE_SUFFIX:LINE, or none if `omitted` is empty.
  Run run(const Stage& stage, const Cover& cover, const std::string& omitted, const std::string& log,
          std::chrono::seconds time_out) const {
    const fs::path results = folder_ / stage.preset / "test-results";
    fs::create_directories(results);
    Run run{.ending = {}, .log = results / log};
    const std::vector<std::string> environment{
        "SIMT_OMIT=" + omitted, "SIMT_ORDER=" + stage.order, fmt::format("SIMT_SEED={}", stage.seed),
        fmt::format("SIMT_WORKERS={}", stage.workers), "SIMT_DEVICES=2",
        // Stop at the first race: some mutants have thousands, and each takes a while to report.
        "TSAN_OPTIONS=halt_on_error=1"};
    run.ending = run_logged(
        path_of(stage.preset, cover.program),
        {"--backend=cuda", "--gtest_filter=" + cover.filter, "--gtest_fail_fast", "--gtest_color=no"},
        run.log, {.environment = environment, .time_out = time_out});
    run.reached = reports_omission(run.log);
    return run;
  }

 private:
  fs::path path_of(const std::string& preset, const std::string& name) const {
    if (const auto suites = suites_.find(preset); suites != suites_.end()) {
      for (const Program& suite : suites->second) {
        if (suite.name == name) return suite.path;
      }
    }
    return folder_ / preset / "tests" / name;
  }

  static bool reports_omission(const fs::path& log) {
    std::ifstream file(log);
    for (std::string line; std::getline(file, line);) {
      if (line.find("simt: omitted ") != line.npos) return true;
    }
    return false;
  }

  fs::path folder_;
  std::map<std::string, std::vector<Program>> suites_;
};

/// Whether a mutant was caught.
struct Verdict {
  bool caught = false, reached = false;
  std::string by;  // the stage, the program and how it ended
};

struct Tally {
  int caught = 0, redundant = 0;
  std::vector<std::string> survivors, errors;
};

std::string location(const Mutant& mutant) { return fmt::format("{}:{}", mutant.file, mutant.line); }

/// Prints and flushes, so that progress is visible in a pipe.
template <class... Args>
void say(fmt::format_string<Args...> text, Args&&... args) {
  fmt::print(text, std::forward<Args>(args)...);
  std::fflush(stdout);
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

class Mutation {
 public:
  Mutation(Builds& builds, const MutateOptions& options, std::vector<Cover> covers,
           std::vector<Redundancy> redundancies)
      : builds_(builds),
        stages_(stages_of(options.stages)),
        time_out_(options.time_out),
        covers_(std::move(covers)),
        redundancies_(std::move(redundancies)) {}

  /// Whether all tests pass without a mutation. Tests that fail anyway cannot detect one.
  bool baseline_passes() const {
    for (const Stage& stage : stages_) {
      const Clock::time_point start = Clock::now();
      for (const Cover& cover : covers_) {
        const Run run = builds_.run(stage, cover, "", "mutate.baseline.log", time_out_);
        if (run.passed()) continue;
        say("baseline: {}, {} --gtest_filter={} fails: {}; see {}\n"
            "Tests that fail without a mutation detect nothing: no mutant was run.\n",
            stage.name(), cover.program, cover.filter, describe(run.ending), run.log.string());
        return false;
      }
      say("baseline: {}, the tests pass ({:.1f} s)\n", stage.name(), seconds_since(start));
    }
    return true;
  }

  void test(const Mutant& mutant) {
    const Clock::time_point start = Clock::now();
    const Verdict verdict = judge(mutant);
    const char* const result = count(mutant, verdict);
    say("{:<11} {:<16} {}{} ({:.1f} s)\n", result, location(mutant), mutant.call,
        verdict.caught ? "  by " + verdict.by : "", seconds_since(start));
  }

  /// Prints the summary.
  /// @return the exit code
  int finish() const {
    for (const std::string& error : tally_.errors) say("FAILED: {}\n", error);
    for (const std::string& survivor : tally_.survivors) say("SURVIVED: {}\n", survivor);
    const std::size_t survived = tally_.survivors.size();
    const std::size_t all = static_cast<std::size_t>(tally_.caught + tally_.redundant) + survived;
    say("{} mutants: {} caught, {} redundant{}\n", all, tally_.caught, tally_.redundant,
        survived > 0 ? fmt::format(", {} survived", survived) : "");
    return survived == 0 && tally_.errors.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
  }

 private:
  /// Runs the stages until a test fails.
  Verdict judge(const Mutant& mutant) const {
    Verdict verdict;
    const std::string omitted = fmt::format("kernels/cuda/{}:{}", mutant.file, mutant.line);
    const std::string log = fmt::format("mutate.{}.{}.log", mutant.file, mutant.line);
    for (const Stage& stage : stages_) {
      for (const Cover& cover : covers_) {
        if (cover.file != mutant.file) continue;
        const Run run = builds_.run(stage, cover, omitted, log, time_out_);
        verdict.reached = verdict.reached || run.reached;
        // A test that fails before it reaches the mutant fails for another reason.
        verdict.caught = run.reached && !run.passed();
        if (!verdict.caught) continue;
        verdict.by = fmt::format("{}, {}: {}", stage.name(), cover.program, describe(run.ending));
        return verdict;
      }
    }
    return verdict;
  }

  /// Counts the verdict.
  /// @return the word for it
  const char* count(const Mutant& mutant, const Verdict& verdict) {
    const auto redundancy = std::find_if(redundancies_.begin(), redundancies_.end(),
                                         [&](const Redundancy& entry) { return entry.is_of(mutant); });
    const bool is_redundant = redundancy != redundancies_.end();
    if (verdict.caught) {
      ++tally_.caught;
      if (is_redundant) {
        tally_.errors.push_back(
            fmt::format("{} is redundant according to tests/simt/mutants.txt, but was caught by {}",
                        location(mutant), verdict.by));
      }
      return "caught";
    }
    if (is_redundant) {
      ++tally_.redundant;
      return "redundant";
    }
    tally_.survivors.push_back(fmt::format("{}: {}{}", location(mutant), mutant.source,
                                           verdict.reached ? "" : "  (no test reaches it)"));
    return verdict.reached ? "survived" : "not reached";
  }

  Builds& builds_;
  std::vector<Stage> stages_;
  std::chrono::seconds time_out_;
  std::vector<Cover> covers_;
  std::vector<Redundancy> redundancies_;
  Tally tally_;
};

/// The names of the files with mutants.
std::vector<std::string> files_of(const std::vector<Mutant>& mutants) {
  std::vector<std::string> files;
  for (const Mutant& mutant : mutants) {
    if (files.empty() || files.back() != mutant.file) files.push_back(mutant.file);
  }
  return files;
}

int list_mutants(const std::vector<Mutant>& mutants, const MutantTable& table) {
  for (const Mutant& mutant : mutants) {
    fmt::print("{:<16} {}\n", location(mutant), mutant.call);
    for (const Redundancy& entry : table.redundancies) {
      if (entry.is_of(mutant)) fmt::print("{:<16}   redundant: {}\n", "", entry.reason);
    }
  }
  return EXIT_SUCCESS;
}

/// Runs the tests of each mutant.
int test_mutants(const fs::path& builds_folder, const std::vector<Mutant>& mutants, const MutantTable& table,
                 const MutateOptions& options) {
  const std::vector<std::string> files = files_of(mutants);
  std::vector<Cover> covers = table.covers;
  std::erase_if(covers, [&](const Cover& cover) {
    return std::find(files.begin(), files.end(), cover.file) == files.end();
  });
  Builds builds(builds_folder);
  for (const std::string& preset : options.stages) {
    if (!builds.has(preset, covers)) return kUsageError;
  }
  // ThreadSanitizer cannot map its shadow memory where the kernel randomizes more than 28 bits of addresses.
  // Child processes inherit this setting; where it is forbidden, the baseline fails.
  static_cast<void>(personality(ADDR_NO_RANDOMIZE));
  Mutation mutation(builds, options, std::move(covers), table.redundancies);
  if (!mutation.baseline_passes()) return EXIT_FAILURE;
  for (const Mutant& mutant : mutants) mutation.test(mutant);
  return mutation.finish();
}

}  // namespace

int mutate_kernels(const MutateOptions& options) {
  // The presets build in ROOT/build/PRESET: the other builds are siblings of this one.
  const fs::path builds = build_folder().parent_path(), root = builds.parent_path();
  const fs::path kernels = root / "kernels" / "cuda";
  if (!fs::is_directory(kernels)) {
    fmt::print(stderr, "tito: {} is missing; mutate needs the source tree that contains its build folder\n",
               kernels.string());
    return kUsageError;
  }
  std::vector<Mutant> mutants = find_mutants(kernels);
  const MutantTable table = read_mutant_table(root / "tests" / "simt" / "mutants.txt", mutants);
  const std::vector<std::string> files = files_of(mutants);
  if (files.empty())
    throw std::runtime_error(fmt::format("{} contains no call that can be omitted", kernels.string()));

  const std::string file = options.sample ? files[*options.sample % files.size()] : options.kernel;
  if (!file.empty() && std::find(files.begin(), files.end(), file) == files.end()) {
    return report_unknown("kernel", file, files);
  }
  if (!file.empty()) std::erase_if(mutants, [&](const Mutant& mutant) { return mutant.file != file; });
  if (options.list) return list_mutants(mutants, table);
  return test_mutants(builds, mutants, table, options);
}

}  // namespace tito
