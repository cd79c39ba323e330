// The capstone: make TinyGPT faster with your own kernels, and let it learn as much.

#include "examples/milestones/milestones.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/hook.h"
#include "core/kernel.h"
#include "examples/common/command.h"
#include "examples/common/corpus.h"
#include "examples/milestones/gpt_training.h"

using namespace tinytorch;

namespace milestones {
namespace {

/// By how many bits a character the losses may differ: the order in which a kernel adds changes less.
constexpr double kTolerance = 0.01;
constexpr std::int64_t kWarmUp = 2;
constexpr std::size_t kCharacters = 200'000;  // of the text
constexpr GptSizes kSmall{
    .vocabulary = 300, .context = 32, .width = 32, .layers = 1, .batch = 8, .steps = 10};

GptSizes sizes_of(const examples::Program& program) {
  GptSizes sizes = program.quick ? kSmall : GptSizes{};
  if (!program.quick) sizes.steps = 20;
  return sizes;
}

/// What one training is worth.
struct Run {
  double bits = 0;                   ///< a character of the held-out text, afterwards
  std::vector<double> seconds = {};  ///< of each step
};

/// Trains, and prints a Run for read_run().
int train_once(const examples::Program& program, const std::string& path) {
  const std::string text = examples::load_corpus(path);
  const GptSizes sizes = sizes_of(program);
  GptTraining training(text.substr(0, text.find_first_of(" \n", kCharacters)), sizes, program);
  const std::vector<double> seconds =
      nn::time_runs([&] { training.step(); },
                    {.warm_up = kWarmUp, .runs = sizes.steps - kWarmUp, .device = program.device});
  std::printf("bits %.17g seconds", training.held_out_bits());
  for (const double each : seconds) std::printf(" %.17g", each);
  std::printf("\n");
  return examples::kDone;
}

Run read_run(const std::string& command) {
  const examples::CommandResult result = examples::run_command(command);
  std::istringstream line(result.last_line());
  Run run;
  std::string bits, value, seconds;
  line >> bits >> value >> seconds;
  run.bits = std::strtod(value.c_str(), nullptr);  // also "nan"
  for (double each = 0; line >> each;) run.seconds.push_back(each);
  if (!result.succeeded || bits != "bits" || seconds != "seconds" || run.seconds.empty())
    throw std::runtime_error("a training failed: " + result.last_line());
  return run;
}

/// As one word of a shell's command.
std::string quoted(const std::string& text) {
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

/// This program, to train once in a process of its own: a plug-in stays until the end of its process.
std::string command_of(const std::string& plugins, const examples::Program& program,
                       const std::string& path) {
  return "TINYTORCH_PLUGINS=" + quoted(plugins) + " " +
         quoted(std::filesystem::read_symlink("/proc/self/exe").string()) + " capstone --once --backend " +
         name(program.device.type) + " --seed " + std::to_string(program.seed) +
         (program.quick ? " --quick" : "") + (path.empty() ? "" : " --text " + quoted(path));
}

/// How many kernels and hooks plug-ins have replaced.
struct Replaced {
  std::size_t kernels = 0, hooks = 0;
};

Replaced count_replaced(DeviceType type) {
  ensure_registered();
  Replaced replaced;
  for (const KernelSlot* slot : all_kernel_slots()) {
    if (!slot->provider(type).empty()) ++replaced.kernels;
  }
  replaced.hooks = replaced_hooks().size();
  return replaced;
}

/// Pairs of trainings, one by the framework, one by the plug-ins.
struct Pairs {
  std::vector<double> framework = {}, yours = {};  ///< the median seconds of a step, of each pair
  double bits_of_framework = 0, bits_of_yours = 0;
};

/// Trains in pairs, whose first is by turns the one and the other.
Pairs measure(int n, const std::string& framework, const std::string& yours) {
  Pairs pairs;
  for (int i = 1; i <= n; ++i) {
    const bool yours_first = i % 2 == 0;
    const Run first = read_run(yours_first ? yours : framework),
              second = read_run(yours_first ? framework : yours);
    const Run &by_framework = yours_first ? second : first, &by_yours = yours_first ? first : second;
    pairs.framework.push_back(nn::percentile(by_framework.seconds, 50));
    pairs.yours.push_back(nn::percentile(by_yours.seconds, 50));
    pairs.bits_of_framework = by_framework.bits;
    pairs.bits_of_yours = by_yours.bits;
    std::printf("pair %2d: framework / yours = %.3f\n", i, pairs.framework.back() / pairs.yours.back());
    std::fflush(stdout);
  }
  return pairs;
}

}  // namespace

int capstone(const examples::Program& program, const std::string& path, bool once) {
  if (once) return train_once(program, path);
  const Replaced replaced = count_replaced(program.device.type);
  const char* const plugins = std::getenv("TINYTORCH_PLUGINS");
  if (plugins == nullptr || replaced.kernels + replaced.hooks == 0) {
    throw std::runtime_error(
        "nothing of yours is in the framework, so there is nothing to compare: `./tito module complete` puts "
        "a "
        "module in, and `./tito milestone run capstone` runs on it");
  }
  std::printf("yours: %zu kernels and %zu hooks; %lld steps of training in each run\n", replaced.kernels,
              replaced.hooks, static_cast<long long>(sizes_of(program).steps));
  const Pairs pairs =
      measure(program.quick ? 6 : 8, command_of("", program, path), command_of(plugins, program, path));
  const nn::TimeComparison speed = nn::compare_times(pairs.framework, pairs.yours);
  std::printf("your speed is %.3f of the framework's, with 95 %% confidence from %.3f to %.3f\n", speed.ratio,
              speed.low, speed.high);
  const double difference = std::abs(pairs.bits_of_yours - pairs.bits_of_framework);
  std::printf("held-out text: %.4f bits a character by the framework, %.4f by yours\n",
              pairs.bits_of_framework, pairs.bits_of_yours);
  if (difference <= kTolerance) return examples::kDone;  // not if one is NaN
  std::printf("they differ by more than %.2f: your code learns something else, so its speed does not count\n",
              kTolerance);
  return examples::kFailed;
}

}  // namespace milestones
