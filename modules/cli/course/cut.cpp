#include "modules/cli/course/cut.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace tito {
namespace {

std::vector<std::string_view> lines_of(std::string_view source) {
  std::vector<std::string_view> lines;
  while (!source.empty()) {
    const std::size_t end = std::min(source.find('\n'), source.size() - 1) + 1;
    lines.push_back(source.substr(0, end));
    source.remove_prefix(end);
  }
  return lines;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return "";
  return text.substr(first, text.find_last_not_of(kSpace) + 1 - first);
}

constexpr std::string_view kBegin = "// BEGIN SOLUTION", kEnd = "// END SOLUTION";

/// Copies the lines outside the regions, and what `replace` writes for each region.
template <class F>
std::string replace_regions(std::string_view source, const F& replace) {
  const std::vector<std::string_view> lines = lines_of(source);
  std::string result;
  std::size_t next = 0;
  for (const Region& region : regions_of(source)) {
    for (; next < region.begin_line; ++next) result += lines[next];
    const std::string_view first = lines[next];
    result += replace(region, std::string(first.substr(0, first.find("//"))));
    next = region.end_line + 1;
  }
  for (; next < lines.size(); ++next) result += lines[next];
  return result;
}

std::string call_of_todo(const std::string& module, const std::string& exercise) {
  return fmt::format("todo(\"{}.{}\");", module, exercise);
}

}  // namespace

std::vector<Region> regions_of(std::string_view source) {
  std::vector<Region> regions;
  std::map<std::string, int> numbers;
  bool open = false;
  const std::vector<std::string_view> lines = lines_of(source);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string_view line = trimmed(lines[i]);
    if (line.starts_with(kBegin)) {
      const std::string exercise(trimmed(line.substr(kBegin.size())));
      if (open) throw CutError(fmt::format("line {}: BEGIN SOLUTION inside another", i + 1));
      if (exercise.empty()) throw CutError(fmt::format("line {}: BEGIN SOLUTION names no exercise", i + 1));
      regions.push_back({exercise, ++numbers[exercise], i, i, ""});
      open = true;
    } else if (line.starts_with(kEnd)) {
      if (!open) throw CutError(fmt::format("line {}: END SOLUTION without BEGIN SOLUTION", i + 1));
      regions.back().end_line = i;
      open = false;
    } else if (open) {
      regions.back().text += lines[i];
    }
  }
  if (open)
    throw CutError(
        fmt::format("line {}: BEGIN SOLUTION without END SOLUTION", regions.back().begin_line + 1));
  return regions;
}

std::string cut(std::string_view source, const std::string& module) {
  return replace_regions(source, [&](const Region& region, const std::string& indentation) {
    return fmt::format("{}{}\n", indentation, call_of_todo(module, region.exercise));
  });
}

std::string with_alternatives(std::string_view source, const std::string& module,
                              const std::vector<Alternative>& alternatives) {
  std::vector<Alternative> unused = alternatives;
  // Constants, as a kernel cannot ask each time.
  std::string constants = "#include \"modules/course/alternatives.h\"\n";
  int count = 0;
  const auto branch = [&](const Region& region, const std::string& name, const std::string& text) {
    constants +=
        fmt::format("static const bool chosen_{} = ::tinytorch::course::chosen(\"{}\", {}, \"{}\");\n", count,
                    region.exercise, region.number, name);
    return fmt::format("if (chosen_{}) {{\n{}}} else\n", count++, text);
  };
  const std::string result =
      replace_regions(source, [&](const Region& region, const std::string& /*indentation*/) {
        std::string branches = branch(region, "", region.text);
        for (const Alternative& each : alternatives) {
          if (each.exercise != region.exercise || each.region != region.number) continue;
          branches += branch(region, each.name, each.text);
          std::erase_if(unused, [&](const Alternative& other) { return other.name == each.name; });
        }
        return branches + call_of_todo(module, region.exercise) + '\n';
      });
  if (!unused.empty()) {
    throw CutError(fmt::format("{} is for region {} of the exercise {}, which the source does not have",
                               unused.front().name, unused.front().region, unused.front().exercise));
  }
  return constants + result;
}

}  // namespace tito
