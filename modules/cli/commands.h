#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

/// The commands of tito. Each prints its output and returns the exit code of the program.
namespace tito {

inline constexpr int kUsageError = 2;

/// Replaces this process with the example. Returns only if that fails.
int run_example(const std::string& name, const std::vector<std::string>& arguments);

/// Prints the op table: the kernels and tests of each op. Fails if one is missing. Or prints which kernels
/// plug-ins have replaced.
int show_ops(bool providers);

/// Prints the tensors in a file of weights, with their ranges if asked. Fails if the file cannot be read.
int inspect_file(const std::string& path, bool with_stats);

struct PlotOptions {
  // Files that nn::JsonLog wrote, or directories with a log.jsonl; or a trace of write_chrome_trace().
  std::vector<std::string> inputs;
  std::string key = "loss";
  std::string x = "step";       // or seconds
  bool logarithmic = false;     // the axis of the values
  std::string output = "plot";  // without .png and .svg
};

/// Draws a value of the logs of training runs, each in its color, as a PNG and an SVG file. Fails if a log
/// cannot be read or has no such values, or if gnuplot is not installed. Of a trace, draws a flame chart as
/// an SVG file, without gnuplot.
int plot_files(const PlotOptions& options);

struct TestOptions {
  std::string backend = "all";
  std::string pattern;
  unsigned jobs = 0;  // programs at the same time; 0: as many as there are processors, one on a GPU
};

/// Runs every test program on every selected backend and prints the number of passed and failed tests. Fails
/// if a test fails or none runs.
int run_tests(const TestOptions& options);

struct BenchmarkOptions {
  std::string pattern;          // a regular expression; empty for all rows
  std::vector<int> threads{1};  // one after the other
  std::string compare;          // torch, or empty
  std::string backend = "cpu";
  std::string json;  // a file for the times, or empty
  int rounds = 5;
};

/// Times the op table's rows and whole training steps. Fails if one fails, or if PyTorch computes something
/// else.
int run_benchmarks(const BenchmarkOptions& options);

struct DrillOptions {
  std::string backend = "all";  // of the suites
  bool is_long = false;         // minutes each, not seconds
  bool only_fuzzers = false;
};

/// Runs the test suites whose names begin with Drill, and libFuzzer's programs where the build has them.
/// Fails if one of them fails or none runs.
int run_drills(const DrillOptions& options);

struct MutateOptions {
  std::string kernel;              // a file of kernels/cuda; all of them if it is empty
  std::optional<unsigned> sample;  // selects one file by its index, modulo the number of files
  bool list = false;               // only prints the mutants
  std::vector<std::string> stages{"emulated", "asan", "tsan"};
  std::chrono::seconds time_out{120};  // of a test program; a timeout counts as caught
};

/// Mutation testing: omits the barriers, bounds checks and waits of the CUDA kernels, one at a time, and
/// prints those whose omission no test detects. Fails if there are any.
int mutate_kernels(const MutateOptions& options);
/// The same of the course: makes the wrong changes of tests/course/mutants.json to its sources, one at a
/// time, builds it, and prints those that no test notices. Each change is undone, also when a signal ends the
/// run.
int mutate_course(const MutateOptions& options);

// The course. A module is named by its number, its name, or both: 3, 03, activations, 03_activations. The
// student's copies are in `directory`, by default student/ of the repository.

/// Prints the modules; or, for the map, what each holds of the later twenty modules of the Python original.
int list_modules(bool map);
/// Makes the student's copy of a module. Fails if there is one, or if a module that it needs is not complete.
/// @param anyway  only say what is missing
int start_module(const std::string& module, const std::string& directory, bool anyway);
/// Says which exercise is next, and where it is.
int resume_module(const std::string& directory);
/// Prints the folder of the student's copy.
int print_path(const std::string& module, const std::string& directory);
/// Makes a new copy of a module, and keeps the one before in backups/.
int reset_module(const std::string& module, const std::string& directory);
/// Checks the student's copy and prints the points. Fails if not all were earned.
int test_module(const std::string& module, const std::string& directory);
/// Checks all copies, and prints a table. Fails if an exercise fails in a copy.
int test_modules(const std::string& directory);
/// Puts the student's module into the framework, once it is complete.
int export_module(const std::string& module, const std::string& directory);
/// Launches the kernels of the exercises in CUDA, and prints what each of their lines did to memory. Fails if
/// one fails.
int measure_module(const std::string& module, const std::string& directory);
/// Checks the exercises, then the framework on the student's code, and puts it in. The first step that fails
/// ends it, and leaves what was in the framework.
int complete_module(const std::string& module, const std::string& directory);
/// Goes through finding the fault of the last failure, and writes an entry to fix_log.md.
int fix_module(const std::string& module, const std::string& directory);
/// Prints each module's state and points.
/// @param json  for programs
int show_status(const std::string& directory, bool json);
/// Prints how far each group of modules is.
int show_checkpoints(const std::string& directory);
/// Runs the progressive tests of a group of modules on the student's. Fails if a module is missing.
int test_checkpoint(const std::string& name, const std::string& directory);
/// Prints the milestones.
int list_milestones();
/// Prints what a milestone shows, and which modules it stands on.
int show_milestone(const std::string& name);
/// Prints which milestones can run, and what the others lack.
int show_milestones(const std::string& directory);
struct MilestoneOptions {
  std::string name;
  std::string directory;   // of the student's copies; empty for student/ of the repository
  std::string data, text;  // what it reads instead of the packages; empty for these
  bool quick = false;      // a run of seconds
};

/// Replaces this process with the program of a milestone, on the student's modules. Fails if one of them is
/// missing.
int run_milestone(const MilestoneOptions& options);

struct ViewOptions {
  std::string module;  // empty for the index
  std::string output;  // the directory of the pages; empty for course/pages in the build folder
  bool no_open = false;
  bool solutions = false;  // and the rubrics, for instructors
};

/// Makes the lessons' pages, prints the path of the module's, and opens it in a browser on a terminal with a
/// display.
int view_module(const ViewOptions& options);
/// Lets the programs that this one starts run on the exported modules in student/. TINYTORCH_PLUGINS, if it
/// is set, stays.
/// @param cuda  whether they have CUDA kernels
void run_on_exports(bool cuda);
/// Checks the module itself, or all of them: the solution earns all points, the untouched copy none, each
/// exercise its own, and each typical mistake is found by its check. Fails if not.
int verify_modules(const std::string& module);

// The course, for instructors. A `directory` has the submissions of a class, and what they earned.

/// Writes what students need to work on these modules, without any solution: a folder, or a .tar.gz. Fails if
/// it is there.
int release_modules(const std::vector<std::string>& modules, const std::string& output);
/// Takes submissions: archives or folders, named after the students. Fails if one is refused.
int collect_submissions(const std::vector<std::string>& sources, const std::string& directory);
/// Compiles and checks the submissions that were not graded as they are.
int autograde(const std::string& directory);
/// Writes a page for each student. Fails if not all are graded.
int write_feedback(const std::string& directory);
/// Writes the points of all students as CSV. Fails if not all are graded.
int export_points(const std::string& directory, const std::string& file);

/// Prints the examples and the test suites.
int list_programs();

/// Prints the hardware and software of this machine that TinyTorch uses.
int show_system();

/// Checks the same hardware and software and prints how to install what is missing. Fails if the CPU build
/// cannot work.
int check_system();

}  // namespace tito
