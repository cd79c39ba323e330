#include "core/plugin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "core/error.h"
#include "core/ops/activation_kernels.h"
#include "tests/support/program.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

TEST(Plugin, SaysWhatCannotBeLoaded) {
  EXPECT_ERROR(
      load_plugin("mine", "/none.so"), IoError,
      std::string("[load_plugin] ") + "/none.so: cannot open shared object file: No such file or directory");
  EXPECT_ERROR(load_plugin("mine", "libm.so.6"), IoError,
               "[load_plugin] libm.so.6 has no function tinytorch_plugin()");
}

TEST(Plugin, IsNotTheProviderOfOurOwnKernels) { EXPECT_EQ(kernels::relu.provider(DeviceType::cpu), ""); }

TEST(Plugin, OfTheEnvironmentHasANameAndAPath) {
  const auto run = [](const std::string& plugins) {
    return run_program("TINYTORCH_PLUGINS='" + plugins + "' '" + (build_folder() / "tito").string() +
                       "' ops --providers 2>&1");
  };
  EXPECT_EQ(run("mine").output,
            "ops: [load_plugin] TINYTORCH_PLUGINS: 'mine' is not of the form name=path\n");
  EXPECT_EQ(run("mine").exit_code, 1);
  for (const char* malformed : {"=/none.so", "a=libm.so.6", "a=/none.so"})
    EXPECT_THAT(run(malformed).output, ::testing::HasSubstr("ops: [load_plugin] ")) << malformed;
}

}  // namespace
}  // namespace tinytorch::testing
