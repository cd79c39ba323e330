#include "nn/module.h"

#include <cxxabi.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <memory>
#include <set>
#include <typeinfo>

#include "core/internal/format.h"
#include "core/ops/copy.h"

namespace tinytorch::nn {

namespace {

// Calls a function for each parameter, each buffer and each module below a root, with their full names.
class Walk : public Visitor {
 public:
  std::function<void(const std::string& path, Variable&)> on_parameter = [](const std::string&, Variable&) {};
  std::function<void(const std::string& path, Tensor&)> on_buffer = [](const std::string&, Tensor&) {};
  // Before its parts; the root's path is empty.
  std::function<void(const std::string& path, Module&)> on_module = [](const std::string&, Module&) {};

  // Listing parts does not change them; functions that change some are given a module that is not const.
  void over(const Module& root) { enter(const_cast<Module&>(root)); }

  void parameter(std::string_view name, Variable& parameter) override {
    if (parameter.defined()) on_parameter(path_of(name), parameter);
  }
  void buffer(std::string_view name, Tensor& buffer) override {
    if (buffer.defined()) on_buffer(path_of(name), buffer);
  }
  void child(std::string_view name, Module& child) override {
    std::string path = path_of(name);
    std::swap(path, path_);
    enter(child);
    std::swap(path, path_);
  }

 private:
  void enter(Module& module) {
    on_module(path_, module);
    module.visit(*this);
  }

  // Names are how weights find their way back from a file: each part has one of its own.
  std::string path_of(std::string_view name) {
    if (name.empty() || name.find('.') != std::string_view::npos) {
      fail<ValueError>("Module::visit",
                       "\"{}\" cannot name a part; a name has characters, none of them a dot", name);
    }
    std::string path = path_.empty() ? std::string(name) : fmt::format("{}.{}", path_, name);
    if (!seen_.insert(path).second) fail<ValueError>("Module::visit", "two parts are named \"{}\"", path);
    return path;
  }

  std::string path_;
  std::set<std::string> seen_;
};

// Everything in a state dict, by name: what parameters and buffers hold.
std::map<std::string, Tensor> state_of(const Module& module) {
  std::map<std::string, Tensor> state;
  Walk walk;
  walk.on_parameter = [&](const std::string& path, Variable& p) { state.emplace(path, p.value()); };
  walk.on_buffer = [&](const std::string& path, Tensor& b) { state.emplace(path, b); };
  walk.over(module);
  return state;
}

// Keeps the gradient where nothing changes.
void replace_value(Variable& parameter, Tensor value) {
  if (value.storage() == parameter.value().storage()) return;
  if (parameter.requires_grad()) {
    parameter.set_value(std::move(value));
  } else {
    parameter = Variable(std::move(value));
  }
}

// One row of the summary.
struct Row {
  std::string path;
  std::string description;
  std::string shapes;
  std::int64_t count = 0;
  bool has_parts = false;
};

std::string joined(const std::vector<std::string>& items, std::string_view separator) {
  std::string text;
  for (const std::string& item : items) {
    if (!text.empty()) text += separator;
    text += item;
  }
  return text;
}

std::string padded(std::string text, std::size_t width) {
  text.resize(width, ' ');
  return text;
}

std::string with_thousands(std::int64_t n) {
  const std::string digits = std::to_string(n);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

}  // namespace

void Module::visit(Visitor&) {}

std::string Module::description() const {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> demangled(
      abi::__cxa_demangle(typeid(*this).name(), nullptr, nullptr, &status), std::free);
  const std::string name = status == 0 ? demangled.get() : typeid(*this).name();
  return name.substr(name.rfind(':') + 1);  // rfind gives npos where there is no namespace, and npos + 1 is 0
}

std::vector<std::pair<std::string, Variable>> Module::named_parameters() const {
  std::vector<std::pair<std::string, Variable>> parameters;
  Walk walk;
  walk.on_parameter = [&](const std::string& path, Variable& p) { parameters.emplace_back(path, p); };
  walk.over(*this);
  return parameters;
}

std::vector<Variable> Module::parameters() const {
  std::vector<Variable> parameters;
  for (auto& [name, parameter] : named_parameters()) parameters.push_back(std::move(parameter));
  return parameters;
}

void Module::zero_grad() const {
  for (Variable& parameter : parameters()) {
    if (parameter.requires_grad()) parameter.zero_grad();
  }
}

void Module::train(bool on) {
  Walk walk;
  walk.on_module = [&](const std::string&, Module& module) { module.training_ = on; };
  walk.over(*this);
}

void Module::convert(std::optional<DType> dtype, std::optional<Device> device) {
  if (dtype && !is_floating(*dtype))
    fail<DTypeError>("Module::to", "parameters are floating; they cannot become {}", name(*dtype));
  const auto converted = [&](const Tensor& x) {
    return x.to(
        {.dtype = is_floating(x.dtype()) ? dtype : std::nullopt, .device = device.value_or(x.device())});
  };
  Walk walk;
  walk.on_parameter = [&](const std::string&, Variable& p) { replace_value(p, converted(p.value())); };
  walk.on_buffer = [&](const std::string&, Tensor& b) { b = converted(b); };
  walk.over(*this);
}

StateDict Module::state_dict() const {
  StateDict state = state_of(*this);
  for (auto& [name, value] : state) value = clone(value);
  return state;
}

void Module::load_state_dict(const StateDict& state) {
  StateDict own = state_of(*this);
  std::vector<std::string> missing, unexpected, misshapen;
  for (const auto& [name, value] : own) {
    const auto found = state.find(name);
    if (found == state.end() || !found->second.defined()) {
      missing.push_back(name);
    } else if (found->second.shape() != value.shape()) {
      misshapen.push_back(fmt::format("{} is {}, the model's is {}", name, to_string(found->second.shape()),
                                      to_string(value.shape())));
    }
  }
  for (const auto& [name, value] : state) {
    if (!own.contains(name)) unexpected.push_back(name);
  }

  std::vector<std::string> problems;
  if (!missing.empty()) problems.push_back(fmt::format("missing: {}", joined(missing, ", ")));
  if (!unexpected.empty()) problems.push_back(fmt::format("unexpected: {}", joined(unexpected, ", ")));
  if (!misshapen.empty()) problems.push_back(fmt::format("wrong shape: {}", joined(misshapen, ", ")));
  if (!problems.empty()) {
    fail<ValueError>("load_state_dict", "the state does not fit the model; {}", joined(problems, "; "));
  }
  for (auto& [name, value] : own) assign(value, state.at(name));
}

std::string Module::summary() const {
  std::vector<Row> rows;
  std::int64_t total = 0, trainable = 0, trainable_bytes = 0, buffer_bytes = 0;
  const auto add_part = [&](const std::string& path, const Tensor& value) {
    // A module's parts come before its children or after; its row is the one whose path is theirs without the
    // name.
    const std::size_t dot = path.rfind('.');
    const std::string owner = dot == std::string::npos ? "" : path.substr(0, dot);
    Row& row = *std::ranges::find(rows, owner, &Row::path);
    row.shapes += fmt::format("{}{} {}", row.shapes.empty() ? "" : ", ", path.substr(dot + 1),
                              to_string(value.shape()));
    row.has_parts = true;
    return &row;
  };
  Walk walk;
  walk.on_module = [&](const std::string& path, Module& module) {
    rows.push_back({.path = path, .description = module.description(), .shapes = {}});
  };
  walk.on_parameter = [&](const std::string& path, Variable& p) {
    const Tensor& value = p.value();
    add_part(path, value)->count += value.numel();
    total += value.numel();
    if (p.requires_grad()) {
      trainable += value.numel();
      trainable_bytes += value.numel() * static_cast<std::int64_t>(size_of(value.dtype()));
    }
  };
  walk.on_buffer = [&](const std::string& path, Tensor& b) {
    add_part(path, b);
    buffer_bytes += b.numel() * static_cast<std::int64_t>(size_of(b.dtype()));
  };
  walk.over(*this);
  // A root that only holds its children is the table itself.
  if (rows.size() > 1 && !rows.front().has_parts) rows.erase(rows.begin());

  // The cells of each line, and from them the widths.
  std::vector<std::array<std::string, 4>> lines{{"Name", "Layer", "Parameters", "Count"}};
  for (const Row& row : rows)
    lines.push_back({row.path, row.description, row.shapes, with_thousands(row.count)});
  std::array<std::size_t, 4> widths{};
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  std::string text;
  for (const auto& [path, layer, shapes, count] : lines) {
    text +=
        padded(path, widths[0]) + "  " + padded(layer, widths[1]) + "  " + padded(shapes, widths[2]) + "  ";
    text.append(widths[3] - count.size(), ' ').append(count) += '\n';
  }
  text += fmt::format("Total: {} parameters, {} of them trainable ({} bytes)", with_thousands(total),
                      with_thousands(trainable), with_thousands(trainable_bytes));
  if (buffer_bytes > 0) text += fmt::format("; buffers: {} bytes", with_thousands(buffer_bytes));
  text += '\n';
  return text;
}

}  // namespace tinytorch::nn
