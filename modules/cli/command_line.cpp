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
  std::string tested_copies;
  bool only_modules = false;
  CLI::App& test_command =
      add_command(app, exit_code, "test", "Run the tests on every backend that is here",
                  [&] { return only_modules ? test_modules(tested_copies) : run_tests(tests); });
  CLI::Option* const modules =
      test_command.add_flag("--modules", only_modules, "check your modules of the course instead");
  test_command.add_option("--dir", tested_copies, "where they are, instead of student/")->needs(modules);
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
  bool anyway = false, json = false;
  const auto in_directory = [&](CLI::App& command) -> CLI::App& {
    command.add_option("--dir", student, "where your copies are, instead of student/");
    return command;
  };
  const auto of_module = [&](CLI::App& command) -> CLI::App& {
    command.add_option("MODULE", module, "as 3, 03, activations or 03_activations")->required();
    return in_directory(command);
  };
  CLI::App& module_commands =
      *app.add_subcommand("module", "The course: modules whose parts you write yourself");
  module_commands.require_subcommand(1);
  const auto add_module_command = [&](const char* name, const char* description,
                                      std::function<int()> action) -> CLI::App& {
    return add_command(module_commands, exit_code, name, description, std::move(action));
  };
  bool map = false;
  add_command(module_commands, exit_code, "list", "List the modules", [&] {
    return list_modules(map);
  }).add_flag("--map", map, "which module holds what of the Python original's later twenty modules");
  of_module(add_module_command("start", "Make your copy of a module", [&] {
    return start_module(module, student, anyway);
  })).add_flag("--anyway", anyway, "even if modules that it needs are not complete");
  in_directory(add_module_command("resume", "Say which exercise is next, and where it is",
                                  [&] { return resume_module(student); }));
  of_module(add_module_command("path", "Print the directory of your copy",
                               [&] { return print_path(module, student); }));
  of_module(add_module_command("reset", "Make a new copy; the one before is kept in backups/",
                               [&] { return reset_module(module, student); }));
  of_module(add_module_command("test", "Check your code, and print your points",
                               [&] { return test_module(module, student); }));
  of_module(add_module_command("export", "Let the framework run on your module",
                               [&] { return export_module(module, student); }));
  of_module(add_module_command("complete",
                               "Check your module, then the framework on it with the framework's own tests, "
                               "and let the framework run on it",
                               [&] { return complete_module(module, student); }));
  of_module(add_module_command("measure",
                               "Count what your kernels do to memory: requests, sectors, bank conflicts",
                               [&] { return measure_module(module, student); }));
  in_directory(add_module_command("status", "Print the state and the points of each module", [&] {
    return show_status(student, json);
  })).add_flag("--json", json, "for programs");
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

  of_module(add_command(app, exit_code, "fix",
                        "Go through finding the fault of a module in nine steps, and log it in fix_log.md",
                        [&] { return fix_module(module, student); }));

  std::string group;
  const auto of_group = [&](CLI::App& command) -> CLI::App& {
    command.add_option("NAME", group, "its name, as `status` and `list` print it")->required();
    return command;
  };
  CLI::App& checkpoints =
      *app.add_subcommand("checkpoint", "The course: what you can do, by groups of modules");
  checkpoints.require_subcommand(1);
  in_directory(add_command(checkpoints, exit_code, "status", "Print how far each group of modules is",
                           [&] { return show_checkpoints(student); }));
  in_directory(
      of_group(add_command(checkpoints, exit_code, "test", "Run the tests of a group of modules on yours",
                           [&] { return test_checkpoint(group, student); })));

  CLI::App& milestones =
      *app.add_subcommand("milestone", "The course: the history of the field, on your own modules");
  milestones.require_subcommand(1);
  add_command(milestones, exit_code, "list", "List the milestones", list_milestones);
  of_group(add_command(milestones, exit_code, "info", "What a milestone shows, and what it stands on",
                       [&] { return show_milestone(group); }));
  in_directory(of_group(add_command(milestones, exit_code, "run", "Run a milestone on your modules",
                                    [&] { return run_milestone(group, student); })));
  in_directory(add_command(milestones, exit_code, "status", "Print which milestones can run",
                           [&] { return show_milestones(student); }));

  std::vector<std::string> released, submissions;
  std::string graded, output;
  CLI::App& grade_commands =
      *app.add_subcommand("grade", "The course, for instructors: release modules, grade submissions");
  grade_commands.require_subcommand(1);
  const auto in_gradebook = [&](CLI::App& command) -> CLI::App& {
    command.add_option("DIR", graded, "the directory that `tito grade collect` made")->required();
    return command;
  };
  CLI::App& release_command =
      add_command(grade_commands, exit_code, "release", "Write what students need, without solutions",
                  [&] { return release_modules(released, output); });
  release_command.add_option("MODULE", released, "as 3, 03, activations or 03_activations")->required();
  release_command.add_option("-o,--output", output, "a new directory, or a new file NAME.tar.gz")->required();
  CLI::App& collect_command =
      add_command(grade_commands, exit_code, "collect", "Take submissions, each named after its student",
                  [&] { return collect_submissions(submissions, graded); });
  collect_command.add_option("SUBMISSION", submissions, "a .tar.gz or .zip archive, or a directory")
      ->required();
  collect_command.add_option("-o,--output", graded, "the directory that they go to")->required();
  in_gradebook(add_command(grade_commands, exit_code, "autograde",
                           "Compile and check, isolated, what is not graded yet",
                           [&] { return autograde(graded); }));
  in_gradebook(add_command(grade_commands, exit_code, "feedback", "Write a page for each student",
                           [&] { return write_feedback(graded); }));
  in_gradebook(add_command(grade_commands, exit_code, "export", "Write the points as CSV",
                           [&] { return export_points(graded, output); }))
      .add_option("-o,--output", output, "the file")
      ->required();

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
