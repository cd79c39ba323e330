// Reads any lines as tito's arguments, with commands that do nothing. The exit code must be one that tito
// documents.
#include "modules/cli/command_line.h"
#include "modules/cli/commands.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

namespace tito {
int run_example(const std::string&, const std::vector<std::string>&) { return EXIT_SUCCESS; }
int show_ops(bool) { return EXIT_SUCCESS; }
int inspect_file(const std::string&, bool) { return EXIT_SUCCESS; }
int plot_files(const PlotOptions&) { return EXIT_SUCCESS; }
int run_tests(const TestOptions&) { return EXIT_SUCCESS; }
int run_benchmarks(const BenchmarkOptions&) { return EXIT_SUCCESS; }
int run_drills(const DrillOptions&) { return EXIT_SUCCESS; }
int mutate_kernels(const MutateOptions&) { return EXIT_SUCCESS; }
int mutate_course(const MutateOptions&) { return EXIT_SUCCESS; }
int list_modules(bool) { return EXIT_SUCCESS; }
int start_module(const std::string&, const std::string&, bool) { return EXIT_SUCCESS; }
int resume_module(const std::string&) { return EXIT_SUCCESS; }
int print_path(const std::string&, const std::string&) { return EXIT_SUCCESS; }
int reset_module(const std::string&, const std::string&) { return EXIT_SUCCESS; }
int test_modules(const std::string&) { return EXIT_SUCCESS; }
int complete_module(const std::string&, const std::string&) { return EXIT_SUCCESS; }
int fix_module(const std::string&, const std::string&) { return EXIT_SUCCESS; }
int test_module(const std::string&, const std::string&) { return EXIT_SUCCESS; }
int export_module(const std::string&, const std::string&) { return EXIT_SUCCESS; }
int measure_module(const std::string&, const std::string&) { return EXIT_SUCCESS; }
int show_status(const std::string&, bool) { return EXIT_SUCCESS; }
int view_module(const ViewOptions&) { return EXIT_SUCCESS; }
int verify_modules(const std::string&) { return EXIT_SUCCESS; }
int show_checkpoints(const std::string&) { return EXIT_SUCCESS; }
int test_checkpoint(const std::string&, const std::string&) { return EXIT_SUCCESS; }
int list_milestones() { return EXIT_SUCCESS; }
int show_milestone(const std::string&) { return EXIT_SUCCESS; }
int show_milestones(const std::string&) { return EXIT_SUCCESS; }
int run_milestone(const MilestoneOptions&) { return EXIT_SUCCESS; }
int release_modules(const std::vector<std::string>&, const std::string&) { return EXIT_SUCCESS; }
int collect_submissions(const std::vector<std::string>&, const std::string&) { return EXIT_SUCCESS; }
int autograde(const std::string&) { return EXIT_SUCCESS; }
int write_feedback(const std::string&) { return EXIT_SUCCESS; }
int export_points(const std::string&, const std::string&) { return EXIT_SUCCESS; }
int list_programs() { return EXIT_SUCCESS; }
int show_system() { return EXIT_SUCCESS; }
int check_system() { return EXIT_SUCCESS; }
}  // namespace tito

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::string> words{"tito"};
  std::istringstream lines(std::string(reinterpret_cast<const char*>(data), size));
  for (std::string line; std::getline(lines, line);) words.emplace_back(line.c_str());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const int code = tito::run_command_line(static_cast<int>(words.size()), arguments.data());
  if (code != EXIT_SUCCESS && code != tito::kUsageError) std::abort();
  return 0;
}
