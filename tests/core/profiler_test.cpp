#include "core/profiler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <barrier>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "core/error.h"
#include "core/kernel.h"
#include "core/op_scope.h"
#include "core/ops/activation.h"
#include "core/ops/arithmetic.h"
#include "core/ops/attention.h"
#include "core/ops/convolution.h"
#include "core/ops/copy.h"
#include "core/ops/creation.h"
#include "core/ops/matmul.h"
#include "core/ops/optimizer.h"
#include "core/ops/quantization.h"
#include "core/ops/shape.h"
#include "tests/support/backend.h"
#include "tests/support/profiles.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tensor_matchers.h"
#include "tests/support/threads.h"

namespace tinytorch::testing {
namespace {

using ::testing::HasSubstr;

Tensor ones_here(const Shape& shape) { return ones(shape, {.device = backend()}); }

/// What the kernel of this name did.
ProfileWork kernel_work(const std::string& name, const std::function<void()>& call) {
  return row_of(profile_of(call), ScopeKind::kernel, name).work;
}

std::string read(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

TEST(Profiler, CountsTheCallsOfEachOpAndKernel) {
  const Tensor x = ones_here({3, 3});
  const Profile profile = profile_of([&] {
    for (int i = 0; i < 3; ++i) matmul(x, x);
    relu(x);
  });
  EXPECT_EQ(row_of(profile, ScopeKind::op, "matmul").calls, 3u);
  EXPECT_EQ(row_of(profile, ScopeKind::kernel, "matmul").calls, 3u);
  EXPECT_EQ(row_of(profile, ScopeKind::op, "relu").calls, 1u);
  EXPECT_EQ(row_of(profile, ScopeKind::kernel, "relu").calls, 1u);
  EXPECT_EQ(row_of(profile, ScopeKind::op, "sigmoid").calls, 0u);
}

TEST(Profiler, CountsTheBytesOfEachOperandOnce) {
  const Tensor x = ones_here({10, 10}), row = ones_here({10});
  EXPECT_EQ(kernel_work("relu", [&] { relu(x); }).bytes, 4u * (100 + 100));
  EXPECT_EQ(kernel_work("add", [&] { add(x, row); }).bytes, 4u * (100 + 10 + 100));
  std::vector<ParameterUpdate> updates{
      {.parameter = x, .gradient = ones_here({10, 10}), .first = ones_here({10, 10})}};
  const auto step = [&] {
    sgd_step({.learning_rate = 0.1, .momentum = 0.9, .weight_decay = 0, .nesterov = false}, updates);
  };
  EXPECT_EQ(kernel_work("sgd_step", step).bytes, 4u * (2 * 100 + 100 + 2 * 100));
}

TEST(Profiler, CountsTheOperationsOfProducts) {
  const Tensor a = ones_here({2, 4, 5}), b = ones_here({5, 6});
  const ProfileWork work = kernel_work("matmul", [&] { matmul(a, b); });
  EXPECT_EQ(work.operations, 2 * 2 * 4 * 6 * 5);
  EXPECT_EQ(work.bytes, 4u * (2 * 4 * 5 + 5 * 6 + 2 * 4 * 6));
  const Tensor weight = ones_here({6, 5}), bias = ones_here({6});
  EXPECT_EQ(kernel_work("linear", [&] { linear(a, weight, bias); }).operations, 2 * 2 * 4 * 6 * 5);
  const QuantizedMatrix quantized = quantize_rows(weight);
  EXPECT_EQ(kernel_work("int8_linear",
                        [&] {
                          int8_linear(reshape(a, {8, 5}), quantized, bias);
                        })
                .operations,
            2 * 2 * 4 * 6 * 5);
  EXPECT_EQ(kernel_work("relu", [&] { relu(a); }).operations, 0);
}

TEST(Profiler, CountsTheOperationsOfConvolutions) {
  const Tensor x = ones_here({2, 4, 5, 6}), weight = ones_here({6, 2, 3, 3});
  const Conv2dOptions options{.padding = 1, .groups = 2};
  const Tensor y = conv2d(x, weight, {}, options);
  ASSERT_EQ(y.shape(), (Shape{2, 6, 5, 6}));
  constexpr double kOperations = 2 * (2 * 6 * 5 * 6) * (2 * 3 * 3);
  EXPECT_EQ(kernel_work("conv2d", [&] { conv2d(x, weight, {}, options); }).operations, kOperations);
  EXPECT_EQ(
      kernel_work("conv2d_input_gradient", [&] { conv2d_input_gradient(y, weight, x.shape(), options); })
          .operations,
      kOperations);
  EXPECT_EQ(
      kernel_work("conv2d_weight_gradient", [&] { conv2d_weight_gradient(y, x, weight.shape(), options); })
          .operations,
      kOperations);
}

TEST(Profiler, CountsTheOperationsOfAttention) {
  const Tensor q = ones_here({1, 2, 3, 8}), k = ones_here({1, 2, 5, 8}), v = ones_here({1, 2, 5, 4});
  const auto operations = [&](const AttentionOptions& options) {
    return kernel_work("attention", [&] { scaled_dot_product_attention(q, k, v, options); }).operations;
  };
  EXPECT_EQ(operations({}), 2 * 2 * (3 * 5) * (8 + 4));
  EXPECT_EQ(operations({.causal = true}), 2 * 2 * (1 + 2 + 3) * (8 + 4));
  EXPECT_EQ(operations({.causal = true, .causal_offset = 3}), 2 * 2 * (4 + 5 + 5) * (8 + 4));
  const Tensor mask = ones({3, 5}, {.dtype = DType::boolean, .device = backend()});
  const auto bytes = [&](const AttentionOptions& options) {
    return kernel_work("attention", [&] { scaled_dot_product_attention(q, k, v, options); }).bytes;
  };
  EXPECT_EQ(bytes({.mask = mask}) - bytes({}), 3u * 5);
}

TEST(Profiler, CountsTheOperationsThatAKernelOfOnesOwnSays) {
  static Kernel<void(const Tensor& x, Tensor& y)> cube{
      "cube", [](const Tensor& x, const Tensor&) { return 2 * static_cast<double>(x.numel()); }};
  cube.set(backend().type, [](const Tensor& x, Tensor& y) { assign(y, x * x * x); });
  const Tensor x = ones_here({7});
  Tensor y = ones_here({7});
  const Profile profile = profile_of([&] { cube(x, y); });
  EXPECT_EQ(row_of(profile, ScopeKind::kernel, "cube").work.operations, 14);
  EXPECT_EQ(path_of(profile, profile.events.back()), "cube/assign/copy");
}

TEST(Profiler, CountsAllocationsInTheScopesThatMakeThem) {
  const Tensor x = ones_here({25});
  const Profile profile = profile_of([&] {
    const ProfileScope scope("two");
    relu(x);
    empty({50}, {.device = backend()});
  });
  const ProfileWork two = row_of(profile, ScopeKind::user, "two").work,
                    one = row_of(profile, ScopeKind::op, "relu").work;
  EXPECT_EQ(one.allocations, 1u);
  EXPECT_EQ(one.allocated_bytes, 100u);
  EXPECT_EQ(two.allocations, 2u);
  EXPECT_EQ(two.allocated_bytes, 300u);
  EXPECT_EQ(row_of(profile, ScopeKind::kernel, "relu").work.allocations, 0u);
}

TEST(Profiler, CountsCopiesBetweenDevices) {
  const Tensor x = ones({25});
  const ProfileWork work = kernel_work("transfer", [&] { x.to(backend()); });
  EXPECT_EQ(work.bytes, backend() == Device::cpu() ? 0u : 200u);
}

TEST(Profiler, KnowsWhichScopesAreInWhich) {
  const Tensor x = ones_here({4, 4});
  const Profile profile = profile_of([&] {
    const ProfileScope outer("outer");
    {
      const ProfileScope inner([] { return "inner " + std::to_string(1); });
      matmul(x, x);
    }
    relu(x);
  });
  std::vector<std::string> paths;
  for (const ProfileEvent& event : profile.events) paths.push_back(path_of(profile, event));
  EXPECT_THAT(paths,
              ::testing::IsSupersetOf({"outer", "outer/inner 1", "outer/inner 1/matmul",
                                       "outer/inner 1/matmul/matmul", "outer/relu", "outer/relu/relu"}));
}

TEST(Profiler, SharesTheTimeOutAmongTheScopes) {
  const Tensor x = ones_here({64, 64});
  const Profile profile = profile_of([&] {
    for (int i = 0; i < 10; ++i) {
      const ProfileScope scope("round");
      relu(matmul(x, x));
    }
  });
  double self = 0, rounds = 0;
  for (const ProfileRow& row : profile.rows) {
    self += row.self_seconds;
    EXPECT_GE(row.self_seconds, 0);
    EXPECT_GE(row.seconds, row.self_seconds);
  }
  for (const ProfileEvent& event : profile.events)
    rounds += profile.rows[event.row].kind == ScopeKind::user ? event.seconds : 0;
  EXPECT_NEAR(self, rounds, 1e-9);
  EXPECT_NEAR(row_of(profile, ScopeKind::user, "round").seconds, rounds, 1e-9);
  EXPECT_GE(profile.seconds, rounds);
  EXPECT_TRUE(std::is_sorted(profile.rows.begin(), profile.rows.end(),
                             [](const auto& a, const auto& b) { return a.self_seconds > b.self_seconds; }));
}

TEST(Profiler, CountsTheTimeOfAScopeInOneOfItsNameOnce) {
  const Profile profile = profile_of([] {
    const ProfileScope outer("same");
    const ProfileScope inner("same");
    empty({25}, {.device = backend()});
  });
  const ProfileRow same = row_of(profile, ScopeKind::user, "same");
  EXPECT_EQ(same.calls, 2u);
  EXPECT_EQ(same.work.allocations, 1u);
  EXPECT_NEAR(same.seconds, profile.events.front().seconds, 1e-9);
}

TEST(Profiler, RecordsNothingBeforeItIsMadeAndAfterItStops) {
  EXPECT_FALSE(ProfileScope::is_recorded());
  const ProfileScope before("before");
  Profiler profiler;
  EXPECT_TRUE(ProfileScope::is_recorded());
  auto open = std::make_unique<ProfileScope>("open");
  empty({3}, {.device = backend()});
  const Profile profile = profiler.stop();
  EXPECT_FALSE(ProfileScope::is_recorded());
  const ProfileScope after([]() -> std::string { throw std::logic_error("a name that nobody asked for"); });
  ASSERT_EQ(profile.rows.size(), 1u);
  EXPECT_EQ(profile.rows[0].name, "empty");
  const Profile next = profile_of([&] {
    const ProfileScope outer("outer");
    open.reset();  // of the Profiler before
    const ProfileScope inner("inner");
  });
  EXPECT_EQ(path_of(next, next.events.back()), "outer/inner");
  EXPECT_EQ(row_of(next, ScopeKind::user, "open").calls, 0u);
}

TEST(Profiler, EndsAScopeThatAnExceptionLeaves) {
  const Tensor x = ones_here({2, 3});
  const Profile profile = profile_of([&] {
    {
      const ProfileScope scope("caught");
      EXPECT_THROW(matmul(x, x), ShapeError);
    }
    relu(x);
  });
  EXPECT_EQ(row_of(profile, ScopeKind::op, "matmul").calls, 1u);
  EXPECT_EQ(row_of(profile, ScopeKind::kernel, "matmul").calls, 0u);
  EXPECT_EQ(path_of(profile, profile.events.back()), "relu/relu");
}

TEST(Profiler, IsAloneAndStopsOnce) {
  auto first = std::make_unique<Profiler>();
  EXPECT_ERROR(Profiler(), ValueError, "[Profiler] another Profiler records; stop() that one first");
  EXPECT_TRUE(ProfileScope::is_recorded());
  first.reset();
  EXPECT_FALSE(ProfileScope::is_recorded());
  Profiler second;
  second.stop();
  Profiler third;
  EXPECT_ERROR(second.stop(), ValueError,
               "[Profiler] it was stopped before; make another one to record more");
  EXPECT_TRUE(ProfileScope::is_recorded());
}

TEST(Profiler, RecordsAllThreads) {
  constexpr int kThreads = 4;
  std::barrier all_began(kThreads);
  const Profile profile = profile_of([&] {
    const ProfileScope main_scope("main");
    in_threads(kThreads, [&](int) {
      const ProfileScope scope("thread");
      all_began.arrive_and_wait();
      for (int i = 0; i < 10; ++i) relu(ones_here({4}));
    });
    relu(ones_here({4}));
  });
  EXPECT_EQ(row_of(profile, ScopeKind::op, "relu").calls, kThreads * 10 + 1u);
  std::vector<std::string> outermost(kThreads + 1);
  for (const ProfileEvent& event : profile.events) {
    ASSERT_LT(event.thread, outermost.size());
    std::string& name = outermost[event.thread];
    if (name.empty()) name = profile.rows[event.row].name;
    EXPECT_THAT(path_of(profile, event), ::testing::StartsWith(name));
  }
  EXPECT_THAT(outermost, ::testing::UnorderedElementsAre("main", "thread", "thread", "thread", "thread"));
}

TEST(Profiler, MayStopWhileThreadsRecord) {
  in_threads(3, [](int thread) {
    for (std::int64_t i = 0; i < scaled(300); ++i) {
      if (thread > 0) {
        relu(ones({4}));
        continue;
      }
      const Profile profile = profile_of([] { relu(ones({4})); });
      EXPECT_GE(row_of(profile, ScopeKind::op, "relu").calls, 1u);
    }
  });
}

TEST(Profiler, KeepsTheFirstEventsAndCountsTheOthers) {
  const Profile profile = profile_of(
      [] {
        for (int i = 0; i < 10; ++i) {
          const ProfileScope scope("short");
        }
      },
      {.max_events = 4});
  EXPECT_EQ(profile.events.size(), 4u);
  EXPECT_EQ(profile.events_left_out, 6u);
  EXPECT_EQ(row_of(profile, ScopeKind::user, "short").calls, 10u);
}

TEST(Profiler, LimitsTheNumberOfRows) {
  const Profile profile = profile_of([] {
    for (int i = 0; i < 10'500; ++i) {
      const ProfileScope scope([&] { return std::to_string(i); });
    }
  });
  EXPECT_EQ(profile.rows.size(), 10'001u);
  EXPECT_EQ(row_of(profile, ScopeKind::user, "(other names)").calls, 500u);
}

TEST(Profiler, SaysWhoseTimesItHas) {
  const Tensor x = ones_here({3});
  EXPECT_EQ(profile_of([&] { relu(x); }).has_host_times, backend() != Device::cpu());
  const Profile waited = profile_of([&] { relu(x); }, {.synchronize = true});
  EXPECT_FALSE(waited.has_host_times);
  EXPECT_EQ(row_of(waited, ScopeKind::kernel, "relu").calls, 1u);
}

TEST(Profile, IsPrintedAsATable) {
  Profile profile;
  profile.seconds = 2;
  profile.rows = {{.kind = ScopeKind::kernel,
                   .name = "matmul",
                   .calls = 3,
                   .seconds = 0.75,
                   .self_seconds = 0.75,
                   .work = {.bytes = 1'500'000'000, .operations = 3e9}},
                  {.kind = ScopeKind::user,
                   .name = "a\nname\x1b that is longer than its column",
                   .calls = 1,
                   .seconds = 1,
                   .self_seconds = 0.25,
                   .work = {.allocations = 2, .allocated_bytes = 12'345'678}},
                  {.kind = ScopeKind::op, .name = "idle"}};
  EXPECT_EQ(to_string(profile, 2), R"(2.000 s recorded
kind      name                                 calls     total ms      self ms self %     GB/s     GF/s allocations MB allocated
kernel    matmul                                   3      750.000      750.000   75.0      2.0      4.0
scope     a\x0aname\x1b that is longer ...         1     1000.000      250.000   25.0                             2       12.346
and 1 more
)");
  profile.rows.clear();
  profile.has_host_times = true;
  std::ostringstream out;
  out << profile;
  EXPECT_EQ(out.str(), to_string(profile));
  EXPECT_THAT(out.str(), HasSubstr("times of GPU kernels are those of enqueuing them"));
}

TEST(ChromeTrace, HasTheEventsInTheirScopes) {
  const TemporaryFolder folder;
  const std::string path = folder.path() / "trace.json";
  const Tensor x = ones_here({4, 4});
  const Profile profile = profile_of([&] {
    const ProfileScope scope("a \"name\"\\\n\xff");
    matmul(x, x);
  });
  std::ofstream(path) << "old";
  write_chrome_trace(path, profile);
  const nlohmann::json trace = nlohmann::json::parse(read(path));
  const nlohmann::json& events = trace["traceEvents"];
  ASSERT_EQ(events.size(), profile.events.size());
  EXPECT_EQ(events[0]["name"], "a \"name\"\\\n\ufffd");
  EXPECT_EQ(events[0]["cat"], "scope");
  EXPECT_EQ(events[0]["args"]["operations"], 128);
  EXPECT_EQ(events[0]["args"]["bytes"], 192);
  const double end = events[0]["ts"].get<double>() + events[0]["dur"].get<double>();
  for (const nlohmann::json& event : events) {
    EXPECT_EQ(event["ph"], "X");
    EXPECT_EQ(event["pid"], 1);
    EXPECT_EQ(event["tid"], 1);
    EXPECT_GE(event["ts"].get<double>(), events[0]["ts"].get<double>());
    EXPECT_LE(event["ts"].get<double>() + event["dur"].get<double>(), end + 1e-6);
  }
  EXPECT_EQ(events.back()["name"], "matmul");
  EXPECT_EQ(events.back()["cat"], "kernel");
  EXPECT_EQ(trace["otherData"]["eventsLeftOut"], 0);
}

TEST(ChromeTrace, IsWrittenInParts) {
  const TemporaryFolder folder;
  const std::string path = folder.path() / "trace.json";
  const Profile profile = profile_of([] {
    for (int i = 0; i < 3000; ++i) {
      const ProfileScope scope("one of many");
    }
  });
  write_chrome_trace(path, profile);
  EXPECT_EQ(nlohmann::json::parse(read(path))["traceEvents"].size(), 3000u);
}

TEST(ChromeTrace, OfNothingIsATraceToo) {
  const TemporaryFolder folder;
  const std::string path = folder.path() / "trace.json";
  write_chrome_trace(path, {});
  EXPECT_EQ(nlohmann::json::parse(read(path))["traceEvents"].size(), 0u);
}

TEST(ChromeTrace, ThatCannotBeWrittenIsAnError) {
  EXPECT_ERROR(write_chrome_trace("/no/such/directory/trace.json", {}), IoError,
               "[write_chrome_trace] /no/such/directory/trace.json: cannot be created: there is no directory "
               "/no/such/directory");
}

}  // namespace
}  // namespace tinytorch::testing
