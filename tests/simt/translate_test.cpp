#include "kernels/simt/translate/translate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <ctime>
#include <string>

namespace simt {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Translate, LeavesAllElseAlone) {
  const std::string source = R"cpp(#include <vector>
                                   // kernel<<<1, 2>>>(x); __shared__ float a;
                                   /* __shared__ float b[3];
                                      kernel<<<1, 1>>>(); */
                                   const char* text = "kernel<<<1, 2>>>(x)";
                                   const char c = '"', d = '\'';
                                   const char* raw = R"x(__shared__ float a[2]; )" k<<<1, 1>>>() )x";
                                   std::vector<std::vector<std::vector<int>>> nested;
                                   int n = 1'000'000 << 2 >> 1;
                                   std::ostream& operator<< <int>(int);
#error it doesn't compile
  )cpp";
  EXPECT_EQ(translate(source), source);
}

TEST(Translate, RewritesLaunches) {
  EXPECT_EQ(translate("scale<<<grid, 256>>>(x, n);"),
            "::simt::launch_call(\"scale\", [&](auto&&... simt_values) { scale(simt_values...); }, "
            "::simt::configuration(grid, 256), x, n);");
  EXPECT_THAT(translate("a::scale<float, 4><<<dim3(1, 2), 256, 4 * n, stream>>>();"),
              HasSubstr("::simt::configuration(dim3(1, 2), 256, 4 * n, stream));"));
  EXPECT_THAT(translate("if (x) scale<std::vector<int>><<<1, 1>>>(x); else f();"),
              HasSubstr("if (x) ::simt::launch_call(\"scale<std::vector<int>>\", "));
}

TEST(Translate, RewritesSharedMemory) {
  EXPECT_EQ(
      translate("{ __shared__ float tile[32][33]; }"),
      "{ static char simt_key_tile; auto& tile = ::simt::static_shared<float[32][33]>(&simt_key_tile);  }");
  EXPECT_THAT(translate("{ __shared__ unsigned int a[2], total; }"),
              testing::AllOf(HasSubstr("static_shared<unsigned int[2]>(&simt_key_a)"),
                             HasSubstr("static_shared<unsigned int>(&simt_key_total)")));
  EXPECT_THAT(translate("{ __shared__ alignas(16) std::pair<int, float> pairs[4]; }"),
              HasSubstr("static_shared<std::pair<int,float>[4], 16>(&simt_key_pairs)"));
  EXPECT_THAT(translate("{ extern __shared__ float row[]; }"),
              HasSubstr("{ float* row = dynamic_shared<float>();"));
  EXPECT_THAT(translate("{ volatile __shared__ float v[2]; }"),
              HasSubstr("static_shared<volatile float[2]>"));
}

TEST(Translate, KeepsEachLine) {
  const std::string source =
      "void f() {\n  __shared__ float // of the block\n      tile[32]\n          [33];\n  scale<\n    "
      "4><<<grid,\n  "
      "256>>>(\n      x,\n      n);\n}  // last\n";
  const std::string result = translate(source);
  EXPECT_EQ(std::count(result.begin(), result.end(), '\n'), std::count(source.begin(), source.end(), '\n'));
  const auto line_of = [](const std::string& text, const std::string& token) {
    return std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(text.find(token)), '\n');
  };
  for (const char* token : {"grid", "256", "x,", "n)", "last"})
    EXPECT_EQ(line_of(result, token), line_of(source, token));
}

TEST(Translate, SaysWhatItCannotRewrite) {
  const auto expect_error = [](const std::string& source, const std::string& message) {
    try {
      translate(source);
      ADD_FAILURE() << "no error for " << source;
    } catch (const TranslationError& error) {
      EXPECT_EQ(error.what(), message) << source;
    }
  };
  expect_error("\n<<<1, 2>>>(x);", "line 2: a kernel's name is expected before <<<");
  expect_error("f(k<<<1, 2)(x);", "line 1: <<< is never closed by >>>");
  expect_error("k<<<>>>(x);", "line 1: <<<>>> needs the numbers of blocks and of threads");
  expect_error("k<<<1, 2>>> x;", "line 1: the kernel's arguments are expected after >>>, in parentheses");
  expect_error("k<<<1, 2>>>(x;", "line 1: '(' is never closed");
  expect_error("4><<<1, 2>>>(x);", "line 1: the template arguments before <<< have no '<'");
  expect_error("__shared__ float a[2];", "line 1: declare shared memory in the kernel that uses it");
  expect_error("namespace a::b { extern __shared__ float a[]; }",
               "line 1: declare shared memory in the kernel that uses it");
  expect_error("{ __shared__ struct { int a; } b; }",
               "line 1: shared memory of an unnamed type or with initial values is not supported");
  expect_error(
      "{ __shared__ float a = 0; }",
      "line 1: shared memory cannot have initial values: a thread writes them, then __syncthreads()");
  expect_error("{ __shared__ float; }",
               "line 1: shared memory is declared as in `__shared__ float tile[32][33];`");
  expect_error("{ __shared__ float a", "line 1: a declaration of shared memory has to end with ;");
  expect_error("{ __shared__ alignas", "line 1: a declaration of shared memory has to end with ;");
  expect_error("{ __shared__ alignas;", "line 1: ';' is never closed");
  expect_error("f<<<g(h<<<1, 2>(x)), 1>>>(y);", "line 1: <<< is never closed by >>>");
  expect_error("f<g<<<1, 2>>>(x)><<<1, 2>>>(y);", "line 1: the template arguments before <<< have no '<'");
  expect_error("{ __shared__ float a[\nk<<<1, 2>>>(x)]; }",
               "line 2: this is not possible in a declaration of shared memory");
  expect_error("{ __shared__ float a[\n__shared__ int b; ]; }",
               "line 2: this is not possible in a declaration of shared memory");
  expect_error("{ f<<<1, \n__shared__ A<b>>>(x)> c; }",
               "line 2: a launch and a declaration of shared memory overlap");
  expect_error("{ __shared__ float a[R\"(\n)\"]; }",
               "line 1: a literal of several lines is not supported here");
  expect_error("\n" + std::string(1001, 'k') + "<<<1, 2>>>(x);",
               "line 2: a name, type or extent of more than 1000 characters");
  std::string variables = "a0";
  for (int i = 1; i < 1000; ++i) variables += ",a" + std::to_string(i);
  expect_error("{ __shared__ float " + variables + "; }",
               "line 1: a declaration of shared memory has too many variables");
}

/// Seconds of the processor that translations of `count` launches and declarations within each other take.
double translation_seconds(int count) {
  std::string launches, shared, closed;
  for (int i = 0; i < count; ++i) {
    launches += "k<<<1, 2>>>(";
    shared += "{ __shared__ int a, b; ";
    closed += i % 2 == 0 ? ')' : '}';
  }
  const auto size = static_cast<std::size_t>(count);
  const std::clock_t start = std::clock();
  EXPECT_GT(translate(launches + std::string(size, ')')).size(), launches.size());
  EXPECT_GT(translate(shared + std::string(size, '}')).size(), shared.size());
  EXPECT_GT(translate("{" + launches + closed).size(), launches.size());
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

TEST(Translate, TakesTimeInProportionToTheSource) {
  translation_seconds(500);
  // 16 times the source; what compares each launch with all others takes 256 times as long.
  EXPECT_LT(translation_seconds(16'000) / translation_seconds(1'000), 64);
}

TEST(Translate, EndsForEveryPrefixOfASource) {
  const std::string source =
      "template <int n> __global__ void k() { __shared__ float a[2], b; k<n><<<1, 2, 3>>>(\"x\"); }";
  for (std::size_t size = 0; size < source.size(); ++size) {
    try {
      EXPECT_FALSE(size > 0 && translate(source.substr(0, size)).empty());
    } catch (const TranslationError& error) {
      EXPECT_THAT(error.what(), testing::StartsWith("line 1: ")) << size;
    }
  }
}

TEST(LineDirective, NamesAnyFile) {
  EXPECT_EQ(line_directive("/a/b.cu"), "#line 1 \"/a/b.cu\"\n");
  EXPECT_EQ(line_directive("a\"b\\c\nd"), "#line 1 \"a\\\"b\\\\c\\nd\"\n");
}

}  // namespace
}  // namespace simt
