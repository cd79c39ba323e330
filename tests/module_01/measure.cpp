// What `./tito module measure 01` calls.
#include "modules/course/measure.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "modules/01_setup/setup.h"

namespace setup {
namespace {

using tinytorch::course::keep;
using tinytorch::course::measure;

TEST(Mean, Of1000000Numbers) {
  const std::vector<float> values(1'000'000, 0.5F);
  measure("the first 10,000", [&] { keep(mean(std::span(values).first(10'000))); });
  measure("all 1,000,000", [&] { keep(mean(values)); });
  measure("all 1,000,000, copied first", [&] { keep(mean(std::vector<float>(values))); });
}

std::string name_of(std::size_t line) { return "thing" + std::to_string(line); }

std::string report_of(std::size_t lines) {
  std::string report;
  for (std::size_t i = 0; i < lines; ++i) report += name_of(i) + "    value\n";
  return report;
}

TEST(ValueOf, In1000Lines) {
  constexpr std::size_t kLines = 1000;
  const std::string report = report_of(kLines), first = name_of(0), last = name_of(kLines - 1);
  measure("the first line", [&] { keep(value_of(report, first)); });
  measure("the last line", [&] { keep(value_of(report, last)); });
}

}  // namespace
}  // namespace setup
