// What runs on the modules that are in the framework: their progressive tests, checkpoints, milestones,
// examples.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

#include "modules/cli/course/exports.h"
#include "modules/cli/course/files.h"
#include "modules/cli/course/manifest.h"
#include "modules/cli/course/results.h"
#include "tests/course/commands.h"
#include "tests/examples/clothes.h"
#include "tests/support/program.h"

namespace tito {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

/// Solutions in the framework.
class Progressive : public Commands {
 protected:
  void put_in(const Module& module) const {
    fill_in(module);
    put_copy_in(module);
  }

  void put_copy_in(const Module& module) const {
    const Candidate candidate = build_candidate(
        tools_, module, path("mine"), code_of(tools_, module, path("mine/" + module.folder_name())));
    ASSERT_EQ(candidate.errors, "") << module.folder_name();
    install(path("mine"), candidate.plugins);
  }

  /// A program of the build folder, on these modules.
  tinytorch::testing::ProgramRun run_on_modules(const std::string& program,
                                                const std::string& arguments) const {
    return tinytorch::testing::run_program(fmt::format(
        "TINYTORCH_PLUGINS='{}' '{}' {} 2>&1", plugins_variable(read_exports(tools_, path("mine")), true),
        (tinytorch::testing::build_folder() / program).string(), arguments));
  }

  /// The kernels and hooks that its manifest names, by this module alone.
  void expect_provides(const Module& module) const {
    std::vector<Export> exports = read_exports(tools_, path("mine"));
    std::erase_if(exports, [&](const Export& each) { return each.module != module.folder_name(); });
    const auto providers = tinytorch::testing::run_program(
        fmt::format("TINYTORCH_PLUGINS='{}' '{}' ops --providers 2>&1", plugins_variable(exports, true),
                    (tinytorch::testing::build_folder() / "tito").string()));
    const auto expect_on = [&](const char* where, const std::vector<std::string>& names) {
      for (const std::string& name : names)
        EXPECT_THAT(providers.output,
                    HasSubstr(fmt::format("{:<30} {:<4} {}\n", name, where, module.folder_name())));
    };
    expect_on("cpu", module.slots);
    expect_on("cuda", module.cuda_slots);
    expect_on("host", module.hooks);
  }

  void expect_passes_on(const std::string& backend) const {
    const auto run = run_on_modules("tests/test_modules", "--backend " + backend);
    EXPECT_EQ(run.exit_code, 0) << run.output;
    for (const Module& module : modules_)
      EXPECT_THAT(run.output, HasSubstr(fmt::format("from Module{:02}\n", module.number)));
    EXPECT_THAT(run.output, Not(HasSubstr("test shard"))) << "some tests were left out";
  }

  tinytorch::testing::ProgramRun run_milestone(const std::string& arguments) const {
    return run_on_modules("examples/milestones/milestones", arguments + " --backend cpu --quick");
  }

  void write_data() const {
    tinytorch::testing::write_images(folder(), "train", 160);
    tinytorch::testing::write_images(folder(), "t10k", 40);
    std::string text;
    for (int i = 0; i < 300; ++i) text += fmt::format("And the {} lay down.\n", i % 3 == 0 ? "lion" : "lamb");
    write_text(path("text"), text);
  }

  void expect_examples_run() const {
    const auto network = run_on_modules("examples/xor_network/xor_network", "--backend cpu");
    EXPECT_EQ(network.exit_code, 0) << network.output;
    EXPECT_THAT(network.output, HasSubstr("Solved"));
    const auto gpt =
        run_on_modules("examples/tinygpt/tinygpt",
                       fmt::format("--backend cpu --quick --text '{0}' --output '{0} run'", path("text")));
    EXPECT_EQ(gpt.exit_code, 0) << gpt.output;
    EXPECT_THAT(gpt.output, HasSubstr("bits a character"));
  }

  /// All but the one that fails, as it must.
  void expect_milestones_run() const {
    const auto expect_runs = [&](const std::string& arguments, const std::string& printed) {
      const auto run = run_milestone(arguments);
      EXPECT_EQ(run.exit_code, 0) << run.output;
      EXPECT_THAT(run.output, ContainsRegex(printed));
    };
    expect_runs("cnn --data '" + folder().string() + "'",
                "of one layer [01][.][0-9]+, of LeNet [01][.][0-9]+");
    expect_runs("tinygpt --text '" + path("text") + "'", "held-out text: [0-9.]+ bits a character");
    expect_runs("compression --data '" + folder().string() + "'", "in int8: accuracy [01][.][0-9]+");
    expect_runs("perceptron", "points that it has not seen: (0[.]9|1[.])");
    expect_runs("mlp", "XOR with a hidden layer: 4 of 4 points right");
    expect_runs("transformer", "sequences that it has not seen: accuracy [01][.][0-9]+");
    expect_runs("capstone --text '" + path("text") + "'",
                "yours: [1-9][0-9]+ kernels and [1-9][0-9]* hooks(.|\n)*"
                "your speed is [0-9.]+ of the framework's, with 95 % confidence from [0-9.]+ to [0-9.]+\n"
                "held-out text: [0-9.]+ bits a character by the framework, [0-9.]+ by yours\n$");
    // Another learning rate is not faster, but learns something else.
    edit("10_optimizers/optimizers_dev.cpp", "shrunk - options.rate", "shrunk - 5 * options.rate");
    put_copy_in(find_module(modules_, "optimizers"));
    const auto differs = run_milestone("capstone --text '" + path("text") + "'");
    EXPECT_EQ(differs.exit_code, 1) << differs.output;
    EXPECT_THAT(differs.output, HasSubstr("they differ by more than 0.01"));
  }
};

TEST_F(Progressive, ModulesAndMilestonesRunOnTheSolutions) {
  for (const Module& module : modules_) {
    put_in(module);
    expect_provides(module);
  }
  expect_passes_on("cpu");
  expect_passes_on("cuda");
  write_data();
  expect_examples_run();
  expect_milestones_run();
}

TEST_F(Progressive, CheckpointsAndMilestonesStandOnModules) {
  EXPECT_THAT(
      student("checkpoint status").output,
      HasSubstr("foundations  0/4 modules  Tensors, activations and layers\n  01_setup: not started;"));
  const auto early = student("checkpoint test foundations");
  EXPECT_EQ(early.exit_code, 1);
  EXPECT_THAT(early.output,
              HasSubstr("foundations stands on modules that are missing:\n  01_setup: not started;"));
  EXPECT_THAT(
      student("checkpoint test none").output,
      HasSubstr("there is no 'none'; there are: foundations, networks, training, performance, systems"));
  EXPECT_THAT(student("milestone status").output,
              AllOf(HasSubstr("2020  tinygpt      not yet\n"), HasSubstr("now   capstone     not yet\n")));
  const auto refused = student("milestone run xor_crisis");
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.output, HasSubstr("xor_crisis runs on your own modules, and these are missing:\n"
                                        "  02_tensor: not started; `./tito module start 02` does so\n"));
  const std::string milestones = student("milestone status").output;
  EXPECT_THAT(milestones, HasSubstr("1969  xor_crisis   not yet\n"));
  const nlohmann::json all = nlohmann::json::parse(read_text(tools_.source / "modules/milestones.json"));
  for (const nlohmann::json& group : all.at("groups"))
    EXPECT_THAT(milestones, ContainsRegex(group.at("name").get<std::string>() + " +not yet\n"));

  for (const char* module : {"2", "3", "4"}) put_in(find_module(modules_, module));
  EXPECT_THAT(student("milestone status").output, HasSubstr("1969  xor_crisis   ready\n"));
  const auto crisis = student("milestone run xor_crisis --quick");
  EXPECT_EQ(crisis.exit_code, 0) << crisis.output;
  EXPECT_THAT(crisis.output,
              AllOf(HasSubstr("the framework runs with your 02_tensor 03_activations 04_layers\n"),
                    HasSubstr("at best 3 of 4 points right"), HasSubstr("it fails, as it must")));

  put_in(find_module(modules_, "1"));
  EXPECT_EQ(student("module test 01").exit_code, 0);
  const auto tested = student("checkpoint test foundations");
  EXPECT_EQ(tested.exit_code, 0) << tested.output;
  EXPECT_THAT(tested.output, AllOf(ContainsRegex("foundations [(]cpu[)]: [1-9][0-9]* passed, 0 failed"),
                                   ContainsRegex("foundations [(]cuda[)]: [1-9][0-9]* passed, 0 failed")));
}

TEST_F(Progressive, AMilestoneNeedsModulesInTheFramework) {
  Results results;
  for (const char* name : {"2", "3", "4"}) {
    const Module& module = find_module(modules_, name);
    fill_in(module);
    ModuleResult& result = results[module.folder_name()];
    result.code = code_of(tools_, module, path("mine/" + module.folder_name()));
    for (const Exercise& exercise : module.exercises) result.passed[exercise.id] = true;
  }
  write_results(path("mine"), results);
  const auto run = student("milestone run xor_crisis");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output,
              HasSubstr("these are missing:\n"
                        "  02_tensor: not in the framework; `./tito module complete 02` puts it in\n"
                        "  03_activations: not in the framework; `./tito module complete 03` puts it in\n"
                        "  04_layers: not in the framework; `./tito module complete 04` puts it in\n"));
}

TEST_F(Progressive, FailWithoutTheModule) {
  const auto run = tinytorch::testing::run_program(
      "'" + (tinytorch::testing::build_folder() / "tests/test_modules").string() +
      "' --gtest_filter=Module03.* 2>&1");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, HasSubstr("nothing of 03_activations is in the framework"));
}

}  // namespace
}  // namespace tito
