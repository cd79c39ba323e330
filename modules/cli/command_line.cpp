#include "modules/cli/command_line.h"
#include "modules/cli/commands.h"
#include "modules/cli/nearest.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <functional>

namespace tito {
namespace {

/// A command, and what it does once its arguments were read.
CLI::App& add_command(CLI::App& parent, int& exit_code, const char* name, const char* description,
                      std::function<int()> action) {
  CLI::App& command = *parent.add_subcommand(name, description);
  command.callback([&exit_code, action = std::move(action)] { exit_code = action(); });
  return command;
}

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

  std::string example;
  std::vector<std::string> example_arguments;
  CLI::App& run_command = add_command(app, exit_code, "run", "Run an example",
                                      [&] { return run_example(example, example_arguments); });
  run_command.add_option("EXAMPLE", example, "its name, as `tito list` prints it")->required();
  run_command.add_option("ARGUMENTS", example_arguments, "arguments of the example; try --help there");

  TestOptions tests;
  CLI::App& test_command = add_command(app, exit_code, "test", "Run the tests on every backend that is here",
                                       [&] { return run_tests(tests); });
  test_command.add_option("--backend", tests.backend, "cpu, cuda or all")
      ->check(CLI::IsMember({"cpu", "cuda", "all"}))
      ->capture_default_str();
  test_command.add_option(
      "-k", tests.pattern,
      "only tests whose Suite.Name contains this (case-sensitive), a GoogleTest filter, or a program: core");
  test_command
      .add_option("-j", tests.jobs,
                  "test programs to run at the same time; by default one a processor, one on a GPU")
      ->check(CLI::Range(1U, 1024U));

  DrillOptions drills;
  CLI::App& drill_command = add_command(
      app, exit_code, "drill",
      "Run the drills: the suites named Drill..., and libFuzzer's programs in a build that has them "
      "(clang, preset asan)",
      [&] { return run_drills(drills); });
  drill_command.add_option("--backend", drills.backend, "cpu, cuda or all")
      ->check(CLI::IsMember({"cpu", "cuda", "all"}))
      ->capture_default_str();
  drill_command.add_flag("--long", drills.is_long,
                         "minutes each instead of seconds; the suites read it as TINYTORCH_DRILL=long");
  drill_command.add_flag("--fuzzers", drills.only_fuzzers, "only libFuzzer's programs");

  MutateOptions mutation;
  CLI::App& mutate_command = add_command(app, exit_code, "mutate",
                                         "Check the tests: omit each barrier, bounds check and stream wait "
                                         "of kernels/cuda in turn, and report those "
                                         "that no test misses. Builds emulated, asan and tsan first",
                                         [&] { return mutate_kernels(mutation); });
  CLI::Option* const kernel =
      mutate_command.add_option("--kernel", mutation.kernel, "only the mutants of this file, as softmax.cu");
  mutate_command
      .add_option("--sample", mutation.sample, "only the mutants of one file, which this number picks")
      ->excludes(kernel);
  mutate_command.add_flag("--list", mutation.list, "print the mutants, and run nothing");
  mutate_command
      .add_option("--stages", mutation.stages, "the builds to try in this order, separated by commas")
      ->delimiter(',')
      ->check(CLI::IsMember({"emulated", "asan", "tsan"}))
      ->default_str("emulated,asan,tsan");
  mutate_command
      .add_option_function<unsigned>(
          "--timeout", [&](unsigned seconds) { mutation.time_out = std::chrono::seconds(seconds); },
          "seconds that a test program may take; a longer run counts as caught")
      ->check(CLI::Range(1U, 86400U))
      ->default_str("120");

  bool providers = false;
  add_command(app, exit_code, "ops",
              "Print each op with its kernels, gradient, dtypes and layouts, as in the tests' op table",
              [&] { return show_ops(providers); })
      .add_flag("--providers", providers,
                "only the kernels that plug-ins, such as your modules, have replaced");
  std::string inspected;
  bool with_stats = false;
  CLI::App& inspect_command = add_command(
      app, exit_code, "inspect",
      "List the tensors in a .safetensors, .npy or .npz file with dtypes, shapes and sizes, and its "
      "metadata",
      [&] { return inspect_file(inspected, with_stats); });
  inspect_command.add_option("FILE", inspected, "the file")->required();
  inspect_command.add_flag("--stats", with_stats,
                           "read the tensors, and print the minimum, maximum and mean of each, and its "
                           "number of NaNs");
  PlotOptions plot;
  CLI::App& plot_command =
      add_command(app, exit_code, "plot",
                  "Draw the logs of training runs over each other, as PNG and SVG files (with gnuplot)",
                  [&] { return plot_logs(plot); });
  plot_command.add_option("LOG", plot.logs, "files that nn::JsonLog wrote, or directories with a log.jsonl")
      ->required();
  plot_command
      .add_option("--key", plot.key, "the value to draw, of steps and of validations: loss, accuracy, ...")
      ->capture_default_str();
  plot_command.add_option("--x", plot.x, "what it is drawn over: step or seconds")
      ->check(CLI::IsMember({"step", "seconds"}))
      ->capture_default_str();
  plot_command.add_flag("--log", plot.logarithmic, "a logarithmic axis for the values");
  plot_command.add_option("-o,--output", plot.output, "where the files go, without .png and .svg")
      ->capture_default_str();
  add_command(app, exit_code, "list", "List the examples and the test suites", list_programs);

  std::string module, student;
  CLI::App& module_commands =
      *app.add_subcommand("module", "The course: modules whose parts you write yourself");
  module_commands.require_subcommand(1);
  const auto of_module = [&](CLI::App& command) {
    command.add_option("MODULE", module, "as 3, 03, activations or 03_activations")->required();
    command.add_option("--dir", student, "where your copies are, instead of student/");
  };
  bool map = false;
  add_command(module_commands, exit_code, "list", "List the modules", [&] {
    return list_modules(map);
  }).add_flag("--map", map, "which module holds what of the Python original's later twenty modules");
  of_module(add_command(module_commands, exit_code, "start", "Make your copy of a module",
                        [&] { return start_module(module, student); }));
  of_module(add_command(module_commands, exit_code, "test", "Check your code, and print your points",
                        [&] { return test_module(module, student); }));
  of_module(add_command(module_commands, exit_code, "export", "Let the framework run on your module",
                        [&] { return export_module(module, student); }));
  add_command(module_commands, exit_code, "status", "Print the state and the points of each module", [&] {
    return show_status(student);
  }).add_option("--dir", student, "where your copies are, instead of student/");
  ViewOptions view;
  CLI::App& view_command =
      add_command(module_commands, exit_code, "view", "Make the lessons' pages, and open one in a browser",
                  [&] { return view_module(view); });
  view_command.add_option("MODULE", view.module,
                          "as 3, 03, activations or 03_activations; left out, the index of all lessons");
  view_command.add_option("-o,--output", view.output,
                          "the directory of the pages, instead of course/pages in the build folder");
  view_command.add_flag("--no-open", view.no_open, "only print the page's path");
  add_command(module_commands, exit_code, "verify",
              "Check the course itself: solutions, untouched copies, each exercise alone, typical mistakes",
              [&] { return verify_modules(module); })
      .add_option("MODULE", module, "only this one");

  CLI::App& system = *app.add_subcommand("system", "Report on this machine");
  system.require_subcommand(1);
  add_command(system, exit_code, "info", "What matters to TinyTorch on this machine", show_system);
  add_command(system, exit_code, "doctor",
              "The same as checks, with what to do; fails if the CPU build cannot work", check_system);

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
