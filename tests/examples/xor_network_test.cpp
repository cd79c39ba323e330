// Runs the program examples/xor_network as a user does.
#include <gtest/gtest.h>

#include <cstdlib>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "core/device.h"
#include "tests/support/backend.h"
#include "tests/support/program.h"

namespace tinytorch::testing {
namespace {

// Runs it with these arguments, on the backend that they name or that it chooses.
ProgramRun run_with(const std::string& arguments, const std::string& environment = {}) {
  std::ostringstream command;
  command << environment << " '" << (build_folder() / "examples" / "xor_network" / "xor_network").string()
          << "' " << arguments;
  return run_program(command.str());
}

// Runs it on the backend under test.
ProgramRun run_here(const std::string& arguments, const std::string& environment = {}) {
  std::ostringstream all;
  all << "--backend " << name(backend().type) << ' ' << arguments;
  return run_with(all.str(), environment);
}

struct EpochLine {
  int epoch;
  double loss;
  double accuracy;
};

// The lines of the form `Epoch  100 | Loss: 0.1234 | Accuracy: 75.0%`, and no other.
std::vector<EpochLine> epoch_lines(const std::string& output) {
  static const std::regex kForm(R"(Epoch ([ \d]{3}\d) \| Loss: (\d\.\d{4}) \| Accuracy: (\d{1,3}\.\d)%)");
  std::vector<EpochLine> lines;
  std::istringstream stream(output);
  for (std::string line; std::getline(stream, line);) {
    std::smatch part;
    if (std::regex_match(line, part, kForm))
      lines.push_back({std::stoi(part[1]), std::stod(part[2]), std::stod(part[3])});
  }
  return lines;
}

TEST(XorNetwork, IsSolvedWithItsDefaults) {
  const ProgramRun run = run_here("");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  const std::vector<EpochLine> lines = epoch_lines(run.output);
  ASSERT_EQ(lines.size(), 11u) << run.output;
  EXPECT_EQ(lines.front().epoch, 0);
  EXPECT_NEAR(lines.front().loss, 0.25, 0.02);
  EXPECT_EQ(lines[2].epoch, 100);
  EXPECT_EQ(lines.back().epoch, 500);
  EXPECT_LE(lines.back().loss, 0.003);
  EXPECT_EQ(lines.back().accuracy, 100);
}

TEST(XorNetwork, SaysAllThatItPromises) {
  const std::string output = run_here("").output;
  std::ostringstream device_line;
  device_line << "Device: " << to_string(backend()) << " (" << describe(backend()) << ")\n";
  EXPECT_NE(output.find(device_line.str()), std::string::npos) << output;
  for (const char* wanted : {R"(Dense\(2, 4\) +weight \[4, 2\], bias \[4\] +12\n)",
                             R"( 0  1 \|    1    \|   0\.9\d{3}\n)", R"( 1  1 \|    0    \|   0\.0\d{3}\n)",
                             R"(Final accuracy: 100\.0%\n)", R"(A training step took \d+\.\d µs\n)",
                             R"(Tensor mode and Variable mode predict the same, bit for bit\n)"}) {
    EXPECT_TRUE(std::regex_search(output, std::regex(wanted))) << wanted << " is not in\n" << output;
  }
}

TEST(XorNetwork, IsSolvedFromManySeeds) {
  const std::string seeds = std::to_string(scaled(100));
  const ProgramRun run = run_here("--seeds " + seeds);
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_TRUE(run.output.ends_with("\nsolved " + seeds + "/" + seeds + "\n")) << run.output;
  std::smatch part;
  const std::regex form(R"(Loss at epoch 0: (\d\.\d+) to (\d\.\d+); at epoch 500: at most (\d\.\d+)\n)");
  ASSERT_TRUE(std::regex_search(run.output, part, form)) << run.output;
  EXPECT_GT(std::stod(part[1]), 0.23);
  EXPECT_LT(std::stod(part[2]), 0.27);
  EXPECT_LE(std::stod(part[3]), 0.003);
}

TEST(XorNetwork, ExitsWith1WhenItIsNotSolved) {
  const ProgramRun one = run_here("--epochs 1");
  EXPECT_EQ(one.exit_code, 1);
  EXPECT_TRUE(one.output.ends_with("\nNot solved\n")) << one.output;
  const ProgramRun many = run_here("--epochs 1 --seeds 3");
  EXPECT_EQ(many.exit_code, 1);
  EXPECT_TRUE(many.output.ends_with("\nsolved 0/3\n")) << many.output;
}

TEST(XorNetwork, ExitsWith1WhenItsOutputIsLost) {
  for (const char* arguments : {"--epochs 500 >/dev/full", "--help >/dev/full"}) {
    const ProgramRun run = run_here(arguments);
    EXPECT_EQ(run.exit_code, 1) << arguments;
    EXPECT_TRUE(run.output.ends_with("standard output could not be written\n")) << run.output;
  }
}

TEST(XorNetwork, TakesItsFlags) {
  const ProgramRun run = run_here("--epochs 37 --seed 5 --learning-rate 1.5 --width 8");
  const std::vector<EpochLine> lines = epoch_lines(run.output);
  ASSERT_FALSE(lines.empty()) << run.output;
  EXPECT_EQ(lines.back().epoch, 37);
  EXPECT_NE(run.output.find("Dense(2, 8)"), std::string::npos) << run.output;
}

TEST(XorNetwork, RefusesBadFlags) {
  for (const char* flags : {"--epochs 0", "--epochs many", "--learning-rate -1", "--learning-rate inf",
                            "--width 0", "--seeds -3", "--seed x", "--backend tpu", "--unknown", "stray"}) {
    const ProgramRun run = run_with(flags);
    EXPECT_EQ(run.exit_code, 2) << flags << ": " << run.output;
    EXPECT_FALSE(run.output.empty()) << flags;
  }
}

TEST(XorNetwork, SaysWhyABackendIsMissing) {
  if (is_available(Device::cuda())) {
    EXPECT_EQ(run_with("--backend cuda").exit_code, 0);
    return;
  }
  const ProgramRun run = run_with("--backend cuda");
  EXPECT_EQ(run.exit_code, 2);
  std::ostringstream wanted;
  wanted << "backend cuda is not available: " << unavailable_reason(DeviceType::cuda) << '\n';
  EXPECT_EQ(run.output, wanted.str());
}

TEST(XorNetwork, ShowsHelp) {
  const ProgramRun run = run_with("--help");
  EXPECT_EQ(run.exit_code, 0);
  for (const char* flag :
       {"--epochs", "--seed", "--learning-rate", "--width", "--backend", "--seeds", "--verbose"}) {
    EXPECT_NE(run.output.find(flag), std::string::npos) << flag << " is not in\n" << run.output;
  }
}

// Every epoch's loss with twelve digits, which is more than f32 holds.
std::string losses(const std::string& output) {
  std::string found;
  std::istringstream stream(output);
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with("Epoch")) found += line + '\n';
  }
  return found;
}

TEST(XorNetwork, HasTheSameLossesWithOneAndWithTwoThreads) {
  // 4096 hidden units: enough work for several threads.
  for (const char* flags : {"--verbose", "--verbose --width 4096 --epochs 20 --learning-rate 0.01"}) {
    const std::string one = losses(run_here(flags, "OMP_NUM_THREADS=1").output);
    EXPECT_EQ(losses(run_here(flags, "OMP_NUM_THREADS=2").output), one);
    EXPECT_GT(one.size(), 500u);
  }
}

TEST(XorNetwork, HasTheSameLossesEachTimeAndOthersFromAnotherSeed) {
  const std::string first = losses(run_here("--verbose --seed 1").output);
  EXPECT_EQ(losses(run_here("--verbose --seed 1").output), first);
  EXPECT_NE(losses(run_here("--verbose --seed 2").output), first);
}

std::vector<double> all_losses(const std::string& output) {
  static const std::regex kForm(R"(Loss: (\d\.\d{12}))");
  std::vector<double> values;
  for (std::sregex_iterator at(output.begin(), output.end(), kForm), end; at != end; ++at)
    values.push_back(std::stod((*at)[1]));
  return values;
}

TEST(XorNetwork, HasTheCpusLossesOnEachBackend) {
  const std::vector<double> here = all_losses(run_here("--verbose").output);
  const std::vector<double> cpu = all_losses(run_with("--backend cpu --verbose").output);
  ASSERT_EQ(cpu.size(), 501u);
  ASSERT_EQ(here.size(), cpu.size());
  for (std::size_t epoch = 0; epoch < cpu.size(); ++epoch)
    EXPECT_NEAR(here[epoch], cpu[epoch], 1e-5 * cpu[epoch]) << "at epoch " << epoch;
}

}  // namespace
}  // namespace tinytorch::testing
