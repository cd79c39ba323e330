#include "core/ops/internal/einsum.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "core/internal/format.h"

namespace tinytorch {
namespace detail {
namespace {

constexpr std::string_view kDots = "...";

/// The label of the k-th axis from the last of those that "..." stands for.
char dots_label(int from_last) { return static_cast<char>(1 + from_last); }

/// One side of the equation: its letters, with a 0 for "...".
std::string parse_side(std::string_view equation, std::string_view side) {
  std::string labels;
  for (std::size_t i = 0; i < side.size(); ++i) {
    const char c = side[i];
    if (c == ' ') continue;
    if (side.substr(i).starts_with(kDots) && labels.find('\0') == std::string::npos) {
      labels += '\0';
      i += kDots.size() - 1;
    } else if (std::isalpha(static_cast<unsigned char>(c)) != 0) {
      labels += c;
    } else {
      fail<ValueError>("einsum", "'{}' in \"{}\" is neither a letter nor, once an operand, \"...\"", c,
                       equation);
    }
  }
  return labels;
}

struct Sides {
  std::vector<std::string> inputs;
  std::string output;
  bool has_output;
};

Sides parse_sides(std::string_view equation) {
  Sides sides;
  const std::size_t arrow = equation.find("->");
  sides.has_output = arrow != std::string_view::npos;
  std::string_view inputs = equation.substr(0, arrow);
  if (sides.has_output) sides.output = parse_side(equation, equation.substr(arrow + 2));
  while (true) {
    const std::size_t comma = inputs.find(',');
    sides.inputs.push_back(parse_side(equation, inputs.substr(0, comma)));
    if (comma == std::string_view::npos) return sides;
    inputs.remove_prefix(comma + 1);
  }
}

/// Replaces the 0 by the labels of the axes that "..." stands for.
std::string with_dots(std::string labels, int axes) {
  const std::size_t at = labels.find('\0');
  if (at == std::string::npos) return labels;
  std::string dots;
  for (int i = axes - 1; i >= 0; --i) dots += dots_label(i);
  return labels.replace(at, 1, dots);
}

int axes_of_dots(std::string_view equation, const std::string& labels, const Shape& shape,
                 std::size_t operand) {
  const bool dots = labels.find('\0') != std::string::npos;
  const int named = static_cast<int>(labels.size()) - (dots ? 1 : 0), rest = shape.size() - named;
  if (rest < 0 || (rest > 0 && !dots)) {
    fail<ShapeError>("einsum", "operand {} is {}, but \"{}\" names {} {} of it", operand, shape, equation,
                     named, named == 1 ? "axis" : "axes");
  }
  return rest;
}

std::string letters_that_occur_once(const std::vector<std::string>& inputs) {
  std::map<char, int> occurrences;
  for (const std::string& labels : inputs) {
    for (const char label : labels) ++occurrences[label];
  }
  std::string once;
  for (const auto& [label, times] : occurrences) {
    if (times == 1 && label != '\0') once += label;
  }
  return once;
}

bool is_of_dots(char label) { return static_cast<int>(label) <= kMaxRank; }

/// The length of each label; those of "..." broadcast.
std::map<char, std::int64_t> lengths_by_label(std::string_view equation,
                                              const std::vector<std::string>& inputs,
                                              const std::vector<Shape>& shapes) {
  std::map<char, std::int64_t> lengths;
  for (std::size_t operand = 0; operand < inputs.size(); ++operand) {
    for (std::size_t i = 0; i < inputs[operand].size(); ++i) {
      const char label = inputs[operand][i];
      const std::int64_t length = shapes[operand][static_cast<int>(i)];
      std::int64_t& known = lengths.try_emplace(label, length).first->second;
      if (known == length) continue;
      if (is_of_dots(label) && (known == 1 || length == 1)) {
        known = known == 1 ? length : known;
      } else if (is_of_dots(label)) {
        fail<ShapeError>(
            "einsum", "the axes of \"...\" in \"{}\" do not broadcast: one is {} long, but {} in operand {}",
            equation, known, length, operand);
      } else {
        fail<ShapeError>("einsum", "'{}' in \"{}\" is {} long, but {} in operand {}", label, equation, known,
                         length, operand);
      }
    }
  }
  return lengths;
}

void check_output(std::string_view equation, const EinsumPlan& plan) {
  for (const char label : plan.output) {
    if (std::ranges::count(plan.output, label) > 1)
      fail<ValueError>("einsum", "'{}' stands twice in the result of \"{}\"", label, equation);
    const bool known = std::ranges::any_of(
        plan.inputs, [&](const std::string& labels) { return labels.find(label) != std::string::npos; });
    if (!known) fail<ValueError>("einsum", "'{}' in the result of \"{}\" is in no operand", label, equation);
  }
}

}  // namespace

EinsumPlan parse_einsum(std::string_view equation, const std::vector<Shape>& shapes) {
  const Sides sides = parse_sides(equation);
  if (sides.inputs.size() != shapes.size()) {
    fail<ValueError>("einsum", "\"{}\" is for {} operands, but there are {}", equation, sides.inputs.size(),
                     shapes.size());
  }
  EinsumPlan plan;
  int most = 0;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const int axes = axes_of_dots(equation, sides.inputs[i], shapes[i], i);
    most = std::max(most, axes);
    plan.inputs.push_back(with_dots(sides.inputs[i], axes));
  }
  std::string output = sides.output;
  if (!sides.has_output) {
    output.assign(1, '\0');
    output += letters_that_occur_once(sides.inputs);
  }
  plan.output = with_dots(output, most);
  check_output(equation, plan);
  const std::map<char, std::int64_t> lengths = lengths_by_label(equation, plan.inputs, shapes);
  for (const std::string& labels : plan.inputs) {
    Shape shape;
    for (const char label : labels) shape.push_back(lengths.at(label));
    plan.expanded.push_back(shape);
  }
  return plan;
}

Axes axes_of(const std::string& wanted, const std::string& labels) {
  Axes axes;
  for (const char label : wanted) axes.push_back(static_cast<std::int64_t>(labels.find(label)));
  return axes;
}

Contraction contraction_of(const std::string& a, const std::string& b, const std::string& later) {
  Contraction result;
  const auto in = [](const std::string& labels, char label) {
    return labels.find(label) != std::string::npos;
  };
  for (const char label : a) {
    if (!in(b, label)) {
      result.left += label;
    } else if (in(later, label)) {
      result.batch += label;
    } else {
      result.summed += label;
    }
  }
  result.right = without(b, a);
  const std::size_t axes = result.batch.size() + result.left.size() + result.right.size();
  if (axes > kMaxRank) {
    fail<ShapeError>(
        "einsum",
        "a product of two operands has {} axes, but a tensor has at most {}; order the operands so "
        "that letters are summed earlier, or reshape axes into one",
        axes, kMaxRank);
  }
  return result;
}

std::string unshared(const std::string& labels, const std::string& other, const std::string& later) {
  return without(without(labels, other), later);
}

std::string without(const std::string& labels, const std::string& gone) {
  std::string rest;
  for (const char label : labels) {
    if (gone.find(label) == std::string::npos) rest += label;
  }
  return rest;
}

char repeated(const std::string& labels) {
  for (const char label : labels) {
    if (std::ranges::count(labels, label) > 1) return label;
  }
  return 0;
}

std::int64_t numel_along(const Shape& shape, const Axes& axes) {
  return checked_numel("einsum", lengths_of(shape, axes));
}

Shape lengths_of(const Shape& shape, const Axes& axes) {
  Shape lengths;
  for (const std::int64_t axis : axes) lengths.push_back(shape[static_cast<int>(axis)]);
  return lengths;
}

}  // namespace detail

TINYTORCH_INSTANTIATE_EINSUM(Tensor);

}  // namespace tinytorch
