#include "modules/cli/command_line.h"
#include "modules/cli/commands.h"
#include "modules/cli/nearest.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

namespace tito {
namespace {

/// Commands with a common parent.
class CommandGroup {
 public:
  /// @param exit_code  where the command that is called leaves its own
  CommandGroup(CLI::App& parent, int& exit_code) : parent_(parent), exit_code_(exit_code) {}

  /// A command, and what it does once its arguments were read. What these are read into is held by the
  /// action.
  CLI::App& add(const char* name, const char* description, std::function<int()> action) const {
    CLI::App& command = *parent_.add_subcommand(name, description);
    command.callback([&exit_code = exit_code_, action = std::move(action)] { exit_code = action(); });
    return command;
  }

  /// A group, of which one command must be named.
  CommandGroup add_group(const char* name, const char* description) const {
    CLI::App& group = *parent_.add_subcommand(name, description);
    group.require_subcommand(1);
    return {group, exit_code_};
  }

 private:
  CLI::App& parent_;
  int& exit_code_;
};

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  return names;
}

/// Follows the words that name commands, and reports the first that names none.
/// @return the exit code, or 0 if every name is known
int check_commands(const CLI::App& root, const std::vector<std::string>& arguments) {
  const CLI::App* app = &root;
  for (const std::string& word : arguments) {
    const std::vector<std::string> names = command_names(*app);
    if (names.empty() || word.starts_with('-')) return 0;
    if (std::find(names.begin(), names.end(), word) == names.end()) {
      return report_unknown("command", word, names);
    }
    app = app->get_subcommand(word);
  }
  return 0;
}

void add_run_command(const CommandGroup& tito) {
  struct Options {
    std::string example;
    std::vector<std::string> arguments;
  };
  const auto options = std::make_shared<Options>();
  CLI::App& command = tito.add("run", "Run an example",
                               [options] { return run_example(options->example, options->arguments); });
  command.add_option("EXAMPLE", options->example, "its name, as `./tito list` prints it")->required();
  command.add_option("ARGUMENTS", options->arguments, "arguments of the example; try --help there");
}

void add_test_command(const CommandGroup& tito) {
  struct Options {
    TestOptions tests;
    std::string copies;
    bool only_modules = false;
  };
  const auto options = std::make_shared<Options>();
  CLI::App& command = tito.add("test", "Run the tests on every backend that is here", [options] {
    return options->only_modules ? test_modules(options->copies) : run_tests(options->tests);
  });
  CLI::Option* const modules =
      command.add_flag("--modules", options->only_modules, "check your modules of the course instead");
  command.add_option("--dir", options->copies, "where they are, instead of student/")->needs(modules);
  command.add_option("--backend", options->tests.backend, "cpu, cuda or all")
      ->check(CLI::IsMember({"cpu", "cuda", "all"}))
      ->capture_default_str();
  command.add_option(
      "-k", options->tests.pattern,
      "only tests whose Suite.Name contains this (case-sensitive), a GoogleTest filter, or a program: core");
  command
      .add_option("-j", options->tests.jobs,
                  "test programs to run at the same time; by default one a processor, one on a GPU")
      ->check(CLI::Range(1U, 1024U));
}

void add_benchmark_command(const CommandGroup& tito) {
  const auto options = std::make_shared<BenchmarkOptions>();
  CLI::App& command =
      tito.add("benchmark",
               "Time each op of the op table and whole training steps: their times, rates and shares of what "
               "the machine can do",
               [options] { return run_benchmarks(*options); });
  command.add_option("-k", options->pattern, "only rows in whose names this regular expression is found");
  command.add_option("--threads", options->threads, "numbers of threads to time one after the other, as 1,2")
      ->delimiter(',')
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command
      .add_option("--compare", options->compare,
                  "torch: time PyTorch's C++ library in turn, which TORCH_DIR has, and print the ratios")
      ->check(CLI::IsMember({"torch"}));
  command.add_option("--backend", options->backend, "cpu or cuda")
      ->check(CLI::IsMember({"cpu", "cuda"}))
      ->capture_default_str();
  command.add_option("--rounds", options->rounds, "times that each row is measured; the median counts")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command.add_option("--json", options->json, "a file to write the times to");
}

void add_drill_command(const CommandGroup& tito) {
  const auto options = std::make_shared<DrillOptions>();
  CLI::App& command =
      tito.add("drill",
               "Run the drills: the suites named Drill..., and libFuzzer's programs in a build that has them "
               "(clang, preset asan)",
               [options] { return run_drills(*options); });
  command.add_option("--backend", options->backend, "cpu, cuda or all")
      ->check(CLI::IsMember({"cpu", "cuda", "all"}))
      ->capture_default_str();
  command.add_flag("--long", options->is_long,
                   "minutes each instead of seconds; the suites read it as TINYTORCH_DRILL=long");
  command.add_flag("--fuzzers", options->only_fuzzers, "only libFuzzer's programs");
}

void add_mutate_command(const CommandGroup& tito) {
  struct Options {
    MutateOptions mutation;
    bool of_course = false;
  };
  const auto options = std::make_shared<Options>();
  MutateOptions& mutation = options->mutation;
  CLI::App& command = tito.add("mutate",
                               "Check the tests: omit each barrier, bounds check and stream wait "
                               "of kernels/cuda in turn, and report those "
                               "that no test misses. Builds emulated, asan and tsan first",
                               [options] {
                                 return options->of_course ? mutate_course(options->mutation)
                                                           : mutate_kernels(options->mutation);
                               });
  CLI::Option* const kernel =
      command.add_option("--kernel", mutation.kernel, "only the mutants of this file, as softmax.cu");
  CLI::Option* const sample =
      command
          .add_option("--sample", mutation.sample, "only the mutants of one file, which this number picks")
          ->excludes(kernel);
  command.add_flag("--list", mutation.list, "print the mutants, and run nothing");
  CLI::Option* const stages =
      command.add_option("--stages", mutation.stages, "the builds to try in this order, separated by commas")
          ->delimiter(',')
          ->check(CLI::IsMember({"emulated", "asan", "tsan"}))
          ->default_str("emulated,asan,tsan");
  command
      .add_flag("--course", options->of_course,
                "instead make the wrong changes of tests/course/mutants.json to the course's sources, one at "
                "a time, and build and undo each")
      ->excludes(kernel)
      ->excludes(sample)
      ->excludes(stages);
  command
      .add_option_function<unsigned>(
          "--timeout", [&mutation](unsigned seconds) { mutation.time_out = std::chrono::seconds(seconds); },
          "seconds that a test program may take; a longer run counts as caught")
      ->check(CLI::Range(1U, 86400U))
      ->default_str("120");
}

void add_ops_command(const CommandGroup& tito) {
  const auto providers = std::make_shared<bool>(false);
  tito.add("ops", "Print each op with its kernels, gradient, dtypes and layouts, as in the tests' op table",
           [providers] { return show_ops(*providers); })
      .add_flag("--providers", *providers,
                "only the kernels that plug-ins, such as your modules, have replaced");
}

void add_inspect_command(const CommandGroup& tito) {
  struct Options {
    std::string file;
    bool with_stats = false;
  };
  const auto options = std::make_shared<Options>();
  CLI::App& command =
      tito.add("inspect",
               "List the tensors in a .safetensors, .npy or .npz file with dtypes, shapes and sizes, and its "
               "metadata",
               [options] { return inspect_file(options->file, options->with_stats); });
  command.add_option("FILE", options->file, "the file")->required();
  command.add_flag("--stats", options->with_stats,
                   "read the tensors, and print the minimum, maximum and mean of each, and its "
                   "number of NaNs");
}

void add_plot_command(const CommandGroup& tito) {
  const auto plot = std::make_shared<PlotOptions>();
  CLI::App& command =
      tito.add("plot",
               "Draw the logs of training runs over each other, as PNG and SVG files (with gnuplot); or a "
               "profile's trace as a flame chart, as an SVG file",
               [plot] { return plot_files(*plot); });
  command
      .add_option("FILE", plot->inputs,
                  "files that nn::JsonLog wrote, or directories with a log.jsonl; or one trace")
      ->required();
  command
      .add_option("--key", plot->key,
                  "of logs, the value to draw, of steps and of validations: loss, accuracy, ...")
      ->capture_default_str();
  command.add_option("--x", plot->x, "of logs, what it is drawn over: step or seconds")
      ->check(CLI::IsMember({"step", "seconds"}))
      ->capture_default_str();
  command.add_flag("--log", plot->logarithmic, "a logarithmic axis for the values");
  command.add_option("-o,--output", plot->output, "where the files go, without .png and .svg")
      ->capture_default_str();
}

CLI::App& with_directory(CLI::App& command, std::string& directory) {
  command.add_option("--dir", directory, "where your copies are, instead of student/");
  return command;
}

/// What most commands of the course for students take.
struct CopyOptions {
  std::string module, directory;
  bool anyway = false, json = false;
};

CLI::App& with_copy(CLI::App& command, CopyOptions& options) {
  command.add_option("MODULE", options.module, "as 3, 03, activations or 03_activations")->required();
  return with_directory(command, options.directory);
}

/// A command for a student's copy of a module.
void add_copy_command(const CommandGroup& group, const char* name, const char* description,
                      int (*action)(const std::string& module, const std::string& directory)) {
  const auto options = std::make_shared<CopyOptions>();
  with_copy(
      group.add(name, description, [options, action] { return action(options->module, options->directory); }),
      *options);
}

/// A command for all copies.
void add_copies_command(const CommandGroup& group, const char* name, const char* description,
                        int (*action)(const std::string& directory)) {
  const auto directory = std::make_shared<std::string>();
  with_directory(group.add(name, description, [directory, action] { return action(*directory); }),
                 *directory);
}

void add_view_command(const CommandGroup& modules) {
  const auto view = std::make_shared<ViewOptions>();
  CLI::App& command = modules.add("view", "Make the lessons' pages, and open one in a browser",
                                  [view] { return view_module(*view); });
  command.add_option("MODULE", view->module,
                     "as 3, 03, activations or 03_activations; left out, the index of all lessons");
  CLI::Option* const output = command.add_option(
      "-o,--output", view->output, "the directory of the pages, instead of course/pages in the build folder");
  command.add_flag("--no-open", view->no_open, "only print the page's path");
  command
      .add_flag("--solutions", view->solutions,
                "with the solutions and the rubrics, for instructors, to print")
      ->needs(output);
}

void add_verify_command(const CommandGroup& modules) {
  const auto module = std::make_shared<std::string>();
  modules
      .add("verify",
           "Check the course itself: solutions, untouched copies, each exercise alone, typical mistakes",
           [module] { return verify_modules(*module); })
      .add_option("MODULE", *module, "only this one");
}

void add_module_commands(const CommandGroup& tito) {
  const CommandGroup modules = tito.add_group("module", "The course: modules whose parts you write yourself");
  const auto map = std::make_shared<bool>(false);
  modules.add("list", "List the modules", [map] { return list_modules(*map); })
      .add_flag("--map", *map, "which module holds what of the Python original's later twenty modules");
  const auto start = std::make_shared<CopyOptions>();
  with_copy(modules.add("start", "Make your copy of a module",
                        [start] { return start_module(start->module, start->directory, start->anyway); }),
            *start)
      .add_flag("--anyway", start->anyway, "even if modules that it needs are not complete");
  add_copies_command(modules, "resume", "Say which exercise is next, and where it is", resume_module);
  add_copy_command(modules, "path", "Print the directory of your copy", print_path);
  add_copy_command(modules, "reset", "Make a new copy; the one before is kept in backups/", reset_module);
  add_copy_command(modules, "test", "Check your code, and print your points", test_module);
  add_copy_command(modules, "export", "Let the framework run on your module", export_module);
  add_copy_command(modules, "complete",
                   "Check your module, then the framework on it with the framework's own tests, "
                   "and let the framework run on it",
                   complete_module);
  add_copy_command(modules, "measure",
                   "Measure your functions: times and memory; and what your kernels do to memory: requests, "
                   "sectors, bank conflicts",
                   measure_module);
  const auto status = std::make_shared<CopyOptions>();
  with_directory(modules.add("status", "Print the state and the points of each module",
                             [status] { return show_status(status->directory, status->json); }),
                 status->directory)
      .add_flag("--json", status->json, "for programs");
  add_view_command(modules);
  add_verify_command(modules);
}

struct GroupOptions {
  std::string group, directory;
};

CLI::App& with_group(CLI::App& command, std::string& group) {
  command.add_option("NAME", group, "its name, as `status` and `list` print it")->required();
  return command;
}

void add_checkpoint_commands(const CommandGroup& tito) {
  const CommandGroup checkpoints =
      tito.add_group("checkpoint", "The course: what you can do, by groups of modules");
  add_copies_command(checkpoints, "status", "Print how far each group of modules is", show_checkpoints);
  const auto options = std::make_shared<GroupOptions>();
  with_directory(
      with_group(checkpoints.add("test", "Run the tests of a group of modules on yours",
                                 [options] { return test_checkpoint(options->group, options->directory); }),
                 options->group),
      options->directory);
}

void add_milestone_commands(const CommandGroup& tito) {
  const CommandGroup milestones =
      tito.add_group("milestone", "The course: the history of the field, on your own modules");
  milestones.add("list", "List the milestones", list_milestones);
  const auto info = std::make_shared<GroupOptions>();
  with_group(milestones.add("info", "What a milestone shows, and what it stands on",
                            [info] { return show_milestone(info->group); }),
             info->group);
  const auto run = std::make_shared<MilestoneOptions>();
  CLI::App& command =
      milestones.add("run", "Run a milestone on your modules", [run] { return run_milestone(*run); });
  with_directory(with_group(command, run->name), run->directory);
  command.add_flag("--quick", run->quick, "seconds only, to see that it works");
  command.add_option("--data", run->data, "the directory of your own copy of Fashion-MNIST");
  command.add_option("--text", run->text, "a text of your own, instead of the King James Bible");
  add_copies_command(milestones, "status", "Print which milestones can run", show_milestones);
}

struct GradeOptions {
  std::vector<std::string> modules, submissions;
  std::string directory, output;
};

CLI::App& with_class(CLI::App& command, GradeOptions& options) {
  command.add_option("DIR", options.directory, "the directory that `./tito grade collect` made")->required();
  return command;
}

void add_release_command(const CommandGroup& grade) {
  const auto options = std::make_shared<GradeOptions>();
  CLI::App& command = grade.add("release", "Write what students need, without solutions",
                                [options] { return release_modules(options->modules, options->output); });
  command.add_option("MODULE", options->modules, "as 3, 03, activations or 03_activations")->required();
  command.add_option("-o,--output", options->output, "a new directory, or a new file NAME.tar.gz")
      ->required();
}

void add_collect_command(const CommandGroup& grade) {
  const auto options = std::make_shared<GradeOptions>();
  CLI::App& command = grade.add("collect", "Take submissions, each named after its student", [options] {
    return collect_submissions(options->submissions, options->directory);
  });
  command.add_option("SUBMISSION", options->submissions, "a .tar.gz or .zip archive, or a directory")
      ->required();
  command.add_option("-o,--output", options->directory, "the directory that they go to")->required();
}

void add_grade_commands(const CommandGroup& tito) {
  const CommandGroup grade =
      tito.add_group("grade", "The course, for instructors: release modules, grade submissions");
  add_release_command(grade);
  add_collect_command(grade);
  const auto options = std::make_shared<GradeOptions>();
  with_class(grade.add("autograde", "Compile and check, isolated, what is not graded yet",
                       [options] { return autograde(options->directory); }),
             *options);
  with_class(grade.add("feedback", "Write a page for each student",
                       [options] { return write_feedback(options->directory); }),
             *options);
  with_class(grade.add("export", "Write the points as CSV",
                       [options] { return export_points(options->directory, options->output); }),
             *options)
      .add_option("-o,--output", options->output, "the file")
      ->required();
}

void add_system_commands(const CommandGroup& tito) {
  const CommandGroup system = tito.add_group("system", "Report on this machine");
  system.add("info", "What matters to TinyTorch on this machine", show_system);
  system.add("doctor", "The same as checks, with what to do; fails if the CPU build cannot work",
             check_system);
}

void add_commands(const CommandGroup& tito) {
  add_run_command(tito);
  add_test_command(tito);
  add_benchmark_command(tito);
  add_drill_command(tito);
  add_mutate_command(tito);
  add_ops_command(tito);
  add_inspect_command(tito);
  add_plot_command(tito);
  tito.add("list", "List the examples and the test suites", list_programs);
  add_module_commands(tito);
  add_copy_command(tito, "fix",
                   "Go through finding the fault of a module in nine steps, and log it in fix_log.md",
                   fix_module);
  add_checkpoint_commands(tito);
  add_milestone_commands(tito);
  add_grade_commands(tito);
  add_system_commands(tito);
}

}  // namespace

int run_command_line(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  int exit_code = 0;

  CLI::App app{"TinyTorch's program: runs examples and tests, and reports on the machine.", "tito"};
  app.set_version_flag("--version", "TinyTorch " TINYTORCH_VERSION);
  app.require_subcommand(1);
  app.footer(
      "The script ./tito has two commands more:\n"
      "  check                       Run the part of the gate that a change needs\n"
      "  bundle                      Pack the tests for a GPU machine without a compiler");

  add_commands(CommandGroup(app, exit_code));
  if (const int code = check_commands(app, arguments)) return code;
  // All that follows the example's name is the example's, options like --help too.
  if (arguments.size() >= 2 && arguments[0] == "run" && !arguments[1].starts_with('-')) {
    return run_example(arguments[1], {arguments.begin() + 2, arguments.end()});
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? EXIT_SUCCESS : kUsageError;
  }
  return exit_code;
}

}  // namespace tito
