#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "nn/module.h"

namespace tinytorch::nn {

/// Renames the entries of a state dict of another program, such as one that PyTorch saved, to the names of a
/// model here. It has a rule on each line:
///
///     PATTERN -> NAME                      renames
///     PATTERN -> NAME transposed           renames, and exchanges the last two axes of the tensor
///     PATTERN + PATTERN + PATTERN -> NAME  joins several tensors along axis 0
///     PATTERN -> nothing                   leaves an entry out
///
/// A * in a pattern stands for one component of a name, which dots separate; those in NAME repeat them in
/// order. The first pattern that fits an entry counts. A line that ends in + continues on the next one, and a
/// # begins a comment.
///
/// ```cpp
/// const nn::NameMap names(R"(
///   encoder.*.linear.* -> *.*  # encoder.0.linear.weight becomes 0.weight
///   steps              -> nothing
/// )");
/// nn::Sequential model{nn::Dense(2, 4), nn::ReLU(), nn::Dense(4, 1)};
/// const nn::StateDict torch{{"encoder.0.linear.weight", ones({4, 2})}, {"encoder.0.linear.bias", ones({4})},
///                           {"encoder.2.linear.weight", ones({1, 4})}, {"encoder.2.linear.bias", ones({1})},
///                           {"steps", ones({})}};
/// model.load_state_dict(names(torch));
/// ```
///
/// The names of an nn.Sequential are those of a Sequential of the same layers, so it needs no rules.
class NameMap {
 public:
  /// @param rules   the lines
  /// @param prefix  left out of names that begin with it, before they are compared with patterns
  /// @throws ValueError  a line is not a rule; the message has its number
  explicit NameMap(std::string_view rules, std::string_view prefix = {});

  /// The entries by their new names. Tensors that are only renamed are not copied.
  /// @throws ValueError  no rule fits an entry, a tensor to join is missing, or two entries get one name; the
  ///                     message names them
  /// @throws ShapeError  a tensor cannot be transposed or joined
  StateDict operator()(StateDict state) const;

 private:
  using Components = std::vector<std::string>;

  struct Rule {
    std::vector<Components> patterns;
    Components name;  ///< empty: the entry is left out
    bool transposed = false;
  };
  /// What the rules make of an entry.
  struct Match {
    const Rule* rule = nullptr;  ///< null: no rule fits
    std::size_t pattern = 0;     ///< the index of the pattern of the rule
    std::string name;
  };

  static Rule parse(std::string_view line, int number);
  Match match(std::string_view name) const;

  std::string prefix_;
  std::vector<Rule> rules_;
};

}  // namespace tinytorch::nn
