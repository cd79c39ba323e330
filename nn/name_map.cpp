#include "nn/name_map.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/internal/format.h"
#include "core/ops/composite.h"
#include "core/ops/shape.h"

namespace tinytorch::nn {

namespace {

constexpr std::string_view kSpaces = " \t\r";

std::string_view without_spaces(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(kSpaces), text.size());
  return text.substr(begin, text.find_last_not_of(kSpaces) + 1 - begin);
}

/// The trimmed texts between the separators.
std::vector<std::string> split_rule(std::string_view text, std::string_view separator) {
  std::vector<std::string> texts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    texts.emplace_back(without_spaces(text.substr(begin, end - begin)));
    begin = end + separator.size();
  }
  return texts;
}

/// Whether the components make up a name. A * stands for a whole component.
bool is_dotted_name(const std::vector<std::string>& components) {
  return std::ranges::all_of(components, [](const std::string& each) {
    return !each.empty() && (each == "*" || each.find_first_of("* \t") == each.npos);
  });
}

std::ptrdiff_t wildcards_in(const std::vector<std::string>& components) {
  return std::ranges::count(components, "*");
}

/// The components that the wildcards of the pattern stand for, if it fits.
std::optional<std::vector<std::string>> wildcards_of(const std::vector<std::string>& pattern,
                                                     const std::vector<std::string>& name) {
  if (pattern.size() != name.size()) return {};
  std::vector<std::string> wildcards;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (pattern[i] == "*")
      wildcards.push_back(name[i]);
    else if (pattern[i] != name[i])
      return {};
  }
  return wildcards;
}

/// The name, with each * replaced by the next of the wildcards.
std::string substituted(const std::vector<std::string>& name, const std::vector<std::string>& wildcards) {
  std::string text;
  std::size_t next = 0;
  for (const std::string& component : name) {
    if (!text.empty()) text += '.';
    text += component == "*" ? wildcards[next++] : component;
  }
  return text;
}

std::string listed_names(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

/// An entry of the result: the tensors to join, and their names before.
struct Target {
  std::int64_t rule = 0;  // which gives its name
  std::string first_source;
  bool transposed = false;
  std::vector<Tensor> tensors;
  std::vector<std::string> sources;
};

Tensor assembled(Target target) {
  if (target.transposed) {
    for (Tensor& tensor : target.tensors) tensor = transpose(tensor);
  }
  return target.tensors.size() == 1 ? target.tensors.front() : concat(target.tensors);
}

}  // namespace

NameMap::NameMap(std::string_view rules, std::string_view prefix) : prefix_(prefix) {
  int number = 0;
  std::string rule;
  for (const std::string& line : split_rule(rules, "\n")) {
    ++number;
    rule += without_spaces(std::string_view(line).substr(0, line.find('#')));
    if (rule.empty() || rule.ends_with('+')) continue;
    rules_.push_back(parse(rule, number));
    rule.clear();
  }
  if (!rule.empty()) rules_.push_back(parse(rule, number));
}

NameMap::Rule NameMap::parse(std::string_view line, int number) {
  const std::vector<std::string> sides = split_rule(line, "->");
  if (sides.size() != 2)
    fail<ValueError>("NameMap", "line {} is \"{}\"; wanted PATTERN -> NAME", number, line);
  std::string_view name = sides[1];
  Rule rule;
  constexpr std::string_view kTransposed = " transposed";
  if (name.ends_with(kTransposed)) {
    name = without_spaces(name.substr(0, name.size() - kTransposed.size()));
    rule.transposed = true;
  }
  for (const std::string& pattern : split_rule(sides[0], "+"))
    rule.patterns.push_back(split_rule(pattern, "."));
  const Components components = split_rule(name, ".");
  if (!is_dotted_name(components) || !std::ranges::all_of(rule.patterns, is_dotted_name)) {
    fail<ValueError>(
        "NameMap",
        "line {} is \"{}\"; names are components separated by dots, of which a * stands for a whole one",
        number, line);
  }
  if (name == "nothing") return rule;
  for (const Components& pattern : rule.patterns) {
    if (wildcards_in(pattern) != wildcards_in(components))
      fail<ValueError>("NameMap", "line {} is \"{}\"; each name must have as many *", number, line);
  }
  rule.name = components;
  return rule;
}

NameMap::Match NameMap::match(std::string_view name) const {
  if (name.starts_with(prefix_)) name.remove_prefix(prefix_.size());
  const Components components = split_rule(name, ".");
  for (const Rule& rule : rules_) {
    for (std::size_t i = 0; i < rule.patterns.size(); ++i) {
      if (const auto wildcards = wildcards_of(rule.patterns[i], components))
        return {.rule = &rule, .pattern = i, .name = substituted(rule.name, *wildcards)};
    }
  }
  return {};
}

StateDict NameMap::operator()(StateDict state) const {
  std::map<std::string, Target> targets;
  std::vector<std::string> left_over;
  for (StateDict::value_type& entry : state) {
    const std::string& name = entry.first;
    const Match found = match(name);
    if (!found.rule) left_over.push_back(name);
    if (!found.rule || found.rule->name.empty()) continue;
    Target& target = targets[found.name];
    const std::int64_t rule = found.rule - rules_.data();
    if (target.first_source.empty()) {
      target.first_source = name;
      target.rule = rule;
    }
    target.transposed = found.rule->transposed;
    target.tensors.resize(std::max(target.tensors.size(), found.rule->patterns.size()));
    target.sources.resize(target.tensors.size());
    std::string& source = target.sources[found.pattern];
    if (const std::string& other = target.rule == rule ? source : target.first_source; !other.empty())
      fail<ValueError>("NameMap", "{} and {} both become {}", other, name, found.name);
    source = name;
    target.tensors[found.pattern] = std::move(entry.second);
  }
  if (!left_over.empty()) {
    fail<ValueError>("NameMap", "no rule fits {}; a rule \"PATTERN -> nothing\" leaves one out",
                     listed_names(left_over));
  }
  const OpScope scope("NameMap");
  StateDict renamed;
  for (auto& [name, target] : targets) {
    const std::size_t wanted = target.sources.size();
    std::erase(target.sources, "");
    if (target.sources.size() < wanted) {
      fail<ValueError>("NameMap", "{} is joined of {} tensors, but there is only {}", name, wanted,
                       listed_names(target.sources));
    }
    renamed.emplace(name, assembled(std::move(target)));
  }
  return renamed;
}

}  // namespace tinytorch::nn
