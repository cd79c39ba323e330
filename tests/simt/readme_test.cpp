#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

// The manual of the emulated device shows the program in consumer/.
namespace {

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string manual() { return text_of(SIMT_FOLDER "/README.md"); }
std::string program() { return text_of(SIMT_TESTS_FOLDER "/consumer/sum.cu"); }

TEST(Manual, ShowsTheProgramOfTheConsumer) {
  EXPECT_THAT(manual(), testing::HasSubstr("```cpp\n" + program() + "```\n"));
}

TEST(Manual, OmitsLinesOfTheProgramThatCanBeOmitted) {
  std::vector<std::string> lines{""};  // counted from 1
  std::istringstream source(program());
  for (std::string line; std::getline(source, line);) lines.push_back(line);

  const std::string text = manual();
  const std::regex site("SIMT_OMIT=sum\\.cu:([0-9]+)");
  std::vector<std::string> omitted;
  for (std::sregex_iterator match(text.begin(), text.end(), site), end; match != end; ++match)
    omitted.push_back(lines.at(std::stoul((*match)[1])));
  EXPECT_THAT(omitted,
              testing::ElementsAre(testing::HasSubstr("within("), testing::HasSubstr("__syncthreads()")));
}

}  // namespace
