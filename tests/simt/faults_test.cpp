#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "tests/simt/child.h"

// Each fault, in a process of its own, is reported; the program without it reports nothing. Faults that only
// a sanitizer finds are expected in that sanitizer's build; other builds run only the program without the
// fault.
namespace simt {
namespace {

using testing::AllOf;
using testing::HasSubstr;

#ifdef __SANITIZE_ADDRESS__
constexpr bool kAddressSanitizer = true;
#else
constexpr bool kAddressSanitizer = false;
#endif
#ifdef __SANITIZE_THREAD__
constexpr bool kThreadSanitizer = true;
#else
constexpr bool kThreadSanitizer = false;
#endif

struct Expected {
  std::string name;
  std::string report;         // a part of the report
  bool any_build = true;      // false: only the sanitizer's build reports it
  std::string settings = "";  // environment variables
};

std::ostream& operator<<(std::ostream& out, const Expected& expected) { return out << expected.name; }

std::string name_of(const testing::TestParamInfo<Expected>& info) { return info.param.name; }

void expect_silence(const Expected& expected) {
  const Child child = run_faults(expected.name, false, expected.settings);
  EXPECT_EQ(child.exit_code, 0) << child.output;
  EXPECT_EQ(child.output, "device: cudaSuccess\n");
}

class MemoryFault : public testing::TestWithParam<Expected> {};

TEST_P(MemoryFault, IsReported) {
  const Expected& expected = GetParam();
  expect_silence(expected);
  if (expected.any_build || kAddressSanitizer) {
    const Child child = run_faults(expected.name, true, expected.settings);
    EXPECT_NE(child.exit_code, 0);
    EXPECT_THAT(child.output, AllOf(HasSubstr("simt: ERROR"), HasSubstr(expected.report)));
    if (kAddressSanitizer && expected.name != "other_device" && expected.name != "stack_overflow") {
      EXPECT_THAT(child.output, HasSubstr(marked_line(expected.name)));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, MemoryFault,
    testing::Values(
        Expected{"device_overflow", "0 bytes after the end of the block of 1024 bytes at"},
        Expected{"device_overflow_in_padding", "0 bytes after the end of the block of 1000 bytes at", false},
        Expected{"use_after_free", "12 bytes into the freed block of 1024 bytes at"},
        Expected{"static_shared_overflow", "in kernel read_static, block (0,0,0), thread (31,0,0): access",
                 false},
        Expected{"dynamic_shared_overflow", "in kernel read_dynamic, block (0,0,0), thread (31,0,0): access",
                 false},
        Expected{"host_dereference", "simt: ERROR: host code touched device memory at 0x", true,
                 "SIMT_PROTECT=1"},
        Expected{"other_device", "in kernel write_at", true, "SIMT_PROTECT=1 SIMT_DEVICES=2"},
        Expected{"stack_overflow", "in kernel recurse, block (0,0,0), thread (0,0,0): stack overflow"}),
    name_of);

TEST(MemoryFaults, NameTheThread) {
  EXPECT_THAT(
      run_faults("device_overflow", true).output,
      HasSubstr("simt: ERROR in kernel write_at, block (0,0,0), thread (0,0,0): access to address 0x"));
}

#ifdef __SANITIZE_ADDRESS__
TEST(MemoryFaults, FailTheDeviceIfTheSanitizerContinues) {
  const Child child = run_faults("device_overflow_in_padding", true, "ASAN_OPTIONS=halt_on_error=0");
  EXPECT_THAT(child.output, HasSubstr("device: cudaErrorIllegalAddress"));
}
#endif

class Race : public testing::TestWithParam<Expected> {};

TEST_P(Race, IsReported) {
  const Expected& expected = GetParam();
  expect_silence(expected);
  if (kThreadSanitizer) {
    const Child child = run_faults(expected.name, true, expected.settings);
    EXPECT_EQ(child.exit_code, 66);
    EXPECT_THAT(child.output, AllOf(HasSubstr("ThreadSanitizer: data race"),
                                    HasSubstr(marked_line(expected.name)), HasSubstr(expected.report)));
  }
}

constexpr const char* kOneWorker = "SIMT_WORKERS=1";
constexpr const char* kThreeWorkers = "SIMT_WORKERS=3";

INSTANTIATE_TEST_SUITE_P(
    Kinds, Race,
    testing::Values(
        Expected{"missing_barrier", "seen in kernel missing_barrier_kernel<true>", false, kOneWorker},
        Expected{"reuse_too_early", "seen in kernel reuse_too_early_kernel<true>", false, kOneWorker},
        Expected{"shuffle_as_barrier", "seen in kernel shuffle_as_barrier_kernel<true>", false, kOneWorker},
        Expected{"between_blocks", "seen in kernel count_blocks", false, kThreeWorkers},
        Expected{"between_streams", "seen in kernel add_one", false, kOneWorker},
        Expected{"between_shifted_streams", "seen in kernel add_one", false, kThreeWorkers},
        Expected{"after_default_stream", "seen in kernel add_one", false, kOneWorker},
        Expected{"source_reused_too_early", "stream", false, kOneWorker},
        Expected{"result_read_too_early", "stream", false, kThreeWorkers}),
    name_of);

class OmittedCall : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(OmittedCall, IsNamedAndNoticed) {
  const auto& [fault, site] = GetParam();
  const std::string line = marked_line(site);
  const Child child = run_faults(fault, false, "SIMT_OMIT=faults/" + line);
  EXPECT_THAT(child.output, AllOf(HasSubstr("simt: omitted "), HasSubstr(line + "\n")));
  EXPECT_EQ(child.exit_code, kThreadSanitizer ? 66 : 0);
  EXPECT_EQ(child.output.find("ThreadSanitizer: data race") != std::string::npos, kThreadSanitizer);
}

INSTANTIATE_TEST_SUITE_P(Kinds, OmittedCall,
                         testing::Values(std::pair("missing_barrier", "the_barrier"),
                                         std::pair("between_streams", "the_wait"),
                                         std::pair("source_reused_too_early", "the_synchronize"),
                                         std::pair("result_read_too_early", "the_event_synchronize")));

TEST(Options, InvalidOnesEndTheProcess) {
  for (const char* setting :
       {"SIMT_WORKERS=0", "SIMT_WORKERS=many", "SIMT_ORDER=sideways", "SIMT_SEED=-1", "SIMT_PROTECT=yes",
        "SIMT_DEVICES=17", "SIMT_MEMORY=1G", "SIMT_OMIT=kernel.cu", "SIMT_OMIT=:3"}) {
    const Child child = run_faults("missing_barrier", false, setting);
    EXPECT_EQ(child.exit_code, 2) << setting;
    EXPECT_THAT(child.output, HasSubstr(std::string("simt: ") + setting + ": expected")) << setting;
  }
}

}  // namespace
}  // namespace simt
