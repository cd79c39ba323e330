#include "nn/module.h"

#include <cxxabi.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <set>
#include <typeinfo>
#include <utility>

#include "autograd/tape.h"
#include "core/internal/format.h"
#include "core/internal/snapshot.h"
#include "core/ops/copy.h"
#include "nn/hooks.h"

namespace tinytorch::nn {

namespace {

// One module, parameter or buffer of a module tree: one of the three pointers is set.
struct Part {
  std::string path;          // the names from the root down, joined by dots; the root's is empty
  std::size_t module_index;  // of the module itself, or of the module that lists the parameter or buffer
  Module* module = nullptr;
  Parameter* parameter = nullptr;
  Tensor* buffer = nullptr;
  bool tied = false;  // the parameter is that of an earlier part

  const Tensor& value() const { return parameter ? parameter->value() : *buffer; }
  // Of a parameter: its node, or itself if it is a constant, which nothing shares.
  const void* identity() const {
    const Node* const node = parameter->node().get();
    return node != nullptr ? static_cast<const void*>(node) : parameter;
  }
};

// Collects the parts of a module tree in the order of visit(), each module before its own parts.
class PartCollector : public Visitor {
 public:
  explicit PartCollector(Module& root) { enter("", root); }

  std::vector<Part> parts;

  void parameter(std::string_view name, Parameter& parameter) override {
    if (!parameter.defined()) return;
    const Node* const node = parameter.node().get();
    if (node != nullptr && !parameter.is_leaf()) {
      fail<ValueError>("Module::visit", "parameter \"{}\" is the result of {}; make it with variable()", name,
                       node->name);
    }
    parts.push_back({.path = path_of(name),
                     .module_index = module_index_,
                     .parameter = &parameter,
                     .tied = node != nullptr && !nodes_.insert(node).second});
  }
  void buffer(std::string_view name, Tensor& buffer) override {
    if (buffer.defined())
      parts.push_back({.path = path_of(name), .module_index = module_index_, .buffer = &buffer});
  }
  void child(std::string_view name, Module& child) override { enter(path_of(name), child); }

 private:
  void enter(const std::string& path, Module& module) {
    const std::string outer_path = std::exchange(path_, path);
    const std::size_t outer_index = std::exchange(module_index_, modules_++);
    parts.push_back({.path = path, .module_index = module_index_, .module = &module});
    module.visit(*this);
    path_ = outer_path;
    module_index_ = outer_index;
  }

  // A state dict finds values by their path, so each part has its own.
  std::string path_of(std::string_view name) {
    if (name.empty() || name.find('.') != std::string_view::npos) {
      fail<ValueError>("Module::visit",
                       "\"{}\" cannot name a part; a name has characters, none of them a dot", name);
    }
    std::string path = path_.empty() ? std::string(name) : fmt::format("{}.{}", path_, name);
    if (!seen_.insert(path).second) fail<ValueError>("Module::visit", "two parts are named \"{}\"", path);
    return path;
  }

  std::string path_;  // of the module that is being visited, as its index
  std::size_t module_index_ = 0;
  std::size_t modules_ = 0;  // visited so far
  std::set<std::string> seen_;
  std::set<const Node*> nodes_;  // of the parameters so far
};

// Listing the parts does not change them; the functions below that change some are not const.
std::vector<Part> parts_of(const Module& root) {
  return std::move(PartCollector(const_cast<Module&>(root)).parts);
}

// The values of parameters and buffers by path: handles, not copies.
StateDict values_of(const Module& module) {
  StateDict values;
  for (const Part& part : parts_of(module)) {
    if (!part.module) values.emplace(part.path, part.value());
  }
  return values;
}

// A tensor like another with the elements of x, in memory that nothing else uses: x itself where it is so.
Tensor unshared_like(const Tensor& like, Tensor x) {
  const Tensor converted = x.to({.dtype = like.dtype(), .device = like.device()});
  x = Tensor();
  if (!converted.is_contiguous()) return contiguous(converted);
  return converted.storage().use_count() > 1 ? clone(converted) : converted;
}

// Whether two parts are one tensor.
bool share_value(const Part& a, const Part& b) {
  if (a.module || b.module) return false;
  const Tensor &x = a.value(), &y = b.value();
  return x.storage() == y.storage() && x.offset() == y.offset() && x.dtype() == y.dtype() &&
         x.shape() == y.shape() && x.strides() == y.strides();
}

// Keeps the gradient where nothing changes.
void replace_value(Variable& parameter, Tensor value) {
  if (value.storage() == parameter.value().storage()) return;
  if (parameter.node() != nullptr) {
    parameter.set_value(std::move(value));
  } else {
    parameter = Variable(std::move(value));
  }
}

// One row of the summary.
struct Row {
  std::string path;
  std::string description;
  std::string shapes;  // of the module's own parameters and buffers
  std::int64_t numel = 0;
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

// The rows under a heading, with aligned columns.
std::string table(const std::vector<Row>& rows) {
  std::vector<std::array<std::string, 4>> lines{{"Name", "Layer", "Parameters", "Count"}};
  for (const Row& row : rows)
    lines.push_back({row.path, row.description, row.shapes, with_thousands(row.numel)});
  std::array<std::size_t, 4> widths{};
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  std::string text;
  for (const auto& [path, layer, shapes, numel] : lines) {
    text +=
        padded(path, widths[0]) + "  " + padded(layer, widths[1]) + "  " + padded(shapes, widths[2]) + "  ";
    text.append(widths[3] - numel.size(), ' ').append(numel) += '\n';
  }
  return text;
}

std::string class_name(const Module& module) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> demangled(
      abi::__cxa_demangle(typeid(module).name(), nullptr, nullptr, &status), std::free);
  const std::string name = status == 0 ? demangled.get() : typeid(module).name();
  return name.substr(name.rfind(':') + 1);  // rfind gives npos where there is no namespace, and npos + 1 is 0
}

}  // namespace

constinit Hook<std::int64_t(std::span<const hooks::ParameterSize>)> hooks::parameter_count{
    "parameter_count", [](std::span<const ParameterSize> parameters) {
      std::set<const void*> counted;
      std::int64_t sum = 0;
      for (const auto& [identity, numel] : parameters) {
        if (counted.insert(identity).second) sum += numel;
      }
      return sum;
    }};

void Module::visit(Visitor&) {}

std::string Module::description() const { return class_name(*this); }

void Module::fail_moved_from() const {
  fail<ValueError>(class_name(*this), "this layer was moved from; call the one that it was moved to");
}

std::vector<std::pair<std::string, Variable>> Module::named_parameters() const {
  std::vector<std::pair<std::string, Variable>> parameters;
  for (const Part& part : parts_of(*this)) {
    if (part.parameter && !part.tied) parameters.emplace_back(part.path, *part.parameter);
  }
  return parameters;
}

std::vector<Variable> Module::parameters() const {
  std::vector<Variable> parameters;
  for (const Part& part : parts_of(*this)) {
    if (part.parameter && !part.tied) parameters.push_back(*part.parameter);
  }
  return parameters;
}

void Module::zero_grad() const {
  for (Variable& parameter : parameters()) {
    if (parameter.requires_grad()) parameter.zero_grad();
  }
}

void Module::set_trainable(bool on) {
  for (Variable& parameter : parameters()) {
    if (parameter.node() != nullptr) parameter.set_trainable(on);
  }
}

void Module::train(bool on) {
  for (const Part& part : parts_of(*this)) {
    if (part.module) part.module->training_ = on;
  }
}

void Module::convert(std::optional<DType> dtype, std::optional<Device> device) {
  if (dtype && !is_floating(*dtype))
    fail<DTypeError>("Module::to", "parameters are floating; they cannot become {}", name(*dtype));
  const auto converted = [&](const Tensor& x) {
    return x.to(
        {.dtype = is_floating(x.dtype()) ? dtype : std::nullopt, .device = device.value_or(x.device())});
  };
  const std::vector<Part> parts = parts_of(*this);
  const OpScope scope("Module::to");
  // All are converted before the first is replaced, and what parts share once, so that they share the result.
  std::vector<Tensor> values;
  for (const Part& part : parts) {
    const auto same = [&](const Part& earlier) { return share_value(earlier, part); };
    const auto end = parts.begin() + static_cast<std::ptrdiff_t>(values.size());
    const auto first = std::find_if(parts.begin(), end, same);
    if (first != end) {
      values.push_back(values[static_cast<std::size_t>(first - parts.begin())]);
    } else {
      values.push_back(part.module ? Tensor() : converted(part.value()));
    }
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].parameter) replace_value(*parts[i].parameter, std::move(values[i]));
    if (parts[i].buffer) *parts[i].buffer = std::move(values[i]);
  }
}

StateDict Module::state_dict() const {
  StateDict state = values_of(*this);
  const OpScope scope("state_dict");
  for (auto& [name, value] : state) value = clone(value);
  return state;
}

void Module::load_state_dict(StateDict state) {
  const StateDict own = values_of(*this);
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
    const bool is_checkpoint = !missing.empty() && state.contains("model." + missing.front());
    fail<ValueError>(
        "load_state_dict", "the state does not fit the model{}; {}",
        is_checkpoint ? "; if it comes from a checkpoint, load that with nn::load_checkpoint()" : "",
        joined(problems, "; "));
  }
  const OpScope scope("load_state_dict");
  std::vector<std::pair<Tensor, Tensor>> moves;
  for (const auto& [name, value] : own)
    moves.emplace_back(value, unshared_like(value, std::move(state.at(name))));
  for (auto& [to, from] : moves) move_elements(to, from);
}

std::string Module::summary() const {
  std::vector<Row> rows;  // one for each module
  std::vector<hooks::ParameterSize> sizes;
  std::int64_t trainable = 0, parameter_bytes = 0, buffer_bytes = 0;
  for (const Part& part : parts_of(*this)) {
    if (part.module) {
      rows.push_back({.path = part.path, .description = part.module->description(), .shapes = {}});
      continue;
    }
    const Tensor& value = part.value();
    const std::int64_t bytes = value.numel() * static_cast<std::int64_t>(size_of(value.dtype()));
    Row& row = rows[part.module_index];
    row.shapes += fmt::format("{}{} {}", row.shapes.empty() ? "" : ", ",
                              part.path.substr(part.path.rfind('.') + 1), to_string(value.shape()));
    if (part.buffer) {
      buffer_bytes += bytes;
      continue;
    }
    sizes.push_back({.identity = part.identity(), .numel = value.numel()});
    if (part.tied) continue;  // counted where it was first
    row.numel += value.numel();
    parameter_bytes += bytes;
    if (part.parameter->requires_grad()) trainable += value.numel();
  }
  // A root that only holds its children is the table itself.
  if (rows.size() > 1 && rows.front().shapes.empty()) rows.erase(rows.begin());

  std::string text = table(rows);
  text += fmt::format("Total: {} parameters ({} bytes), {} of them trainable",
                      with_thousands(hooks::parameter_count(sizes)), with_thousands(parameter_bytes),
                      with_thousands(trainable));
  if (buffer_bytes > 0) text += fmt::format("; buffers: {} bytes", with_thousands(buffer_bytes));
  text += '\n';
  return text;
}

}  // namespace tinytorch::nn
