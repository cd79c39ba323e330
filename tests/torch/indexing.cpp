#include "core/ops/indexing.h"

#include "core/ops/rearrange.h"
#include "core/ops/sort.h"
#include "tests/torch/calls.h"

namespace tinytorch::torch_cases {
namespace {

Call index_call(Variable (*op)(const Variable&, int, const Tensor&)) {
  return [op](const Arguments& x) { return std::vector{op(x[0], x.integer("axis"), x[1].value())}; };
}

Call index_source_call(Variable (*op)(const Variable&, int, const Tensor&, const Variable&)) {
  return [op](const Arguments& x) { return std::vector{op(x[0], x.integer("axis"), x[1].value(), x[2])}; };
}

std::vector<std::int64_t> vector_of(const Dims& dims) { return {dims.begin(), dims.end()}; }

std::vector<Variable> sort_call(const Arguments& x) {
  const Sorted<Variable> sorted = sort(x[0], x.integer("axis"), x.flag("descending"));
  return {sorted.values, sorted.indices};
}

std::vector<Variable> topk_call(const Arguments& x) {
  const Sorted<Variable> top = topk(x[0], x.integer("k"), x.integer("axis"), x.flag("largest"));
  return {top.values, top.indices};
}

std::vector<Variable> pad_call(const Arguments& x) {
  const Dims amounts = x.dims("paddings");
  Paddings paddings;
  for (int i = 0; i < amounts.size(); i += 2) paddings.push_back({amounts[i], amounts[i + 1]});
  const std::string mode = x.text("mode");
  if (mode == "constant") return {pad(x[0], paddings, x.scalar("value"))};
  const PadMode pad_mode = mode == "reflect"     ? PadMode::reflect
                           : mode == "replicate" ? PadMode::replicate
                                                 : PadMode::circular;
  return {pad(x[0], paddings, pad_mode)};
}

Calls index_calls() {
  Calls calls{
      {"gather", index_call(gather<Variable>)},
      {"index_select", index_call(index_select<Variable>)},
      {"scatter", index_source_call(scatter<Variable>)},
      {"scatter_add", index_source_call(scatter_add<Variable>)},
      {"index_add",
       index_source_call([](const Variable& x, int axis, const Tensor& index, const Variable& source) {
         return index_add(x, axis, index, source);
       })},
      {"sort", sort_call},
      {"topk", topk_call},
  };
  calls["index_add_with_alpha"] = [](const Arguments& x) {
    return std::vector{index_add(x[0], x.integer("axis"), x[1].value(), x[2], x.scalar("alpha"))};
  };
  calls["take_along_axis"] = [](const Arguments& x) {
    return std::vector{take_along_axis(x[0], x[1].value(), x.integer("axis"))};
  };
  calls["embedding"] = [](const Arguments& x) { return std::vector{embedding(x[0], x[1].value())}; };
  calls["masked_select"] = [](const Arguments& x) { return std::vector{masked_select(x[0], x[1].value())}; };
  calls["nonzero"] = [](const Arguments& x) { return std::vector{Variable(nonzero(x[0].value()))}; };
  calls["one_hot"] = [](const Arguments& x) {
    return std::vector{Variable(one_hot(x[0].value(), x.integer("classes")))};
  };
  calls["bincount"] = [](const Arguments& x) {
    return std::vector{Variable(bincount(x[0].value(), x.integer("minlength")))};
  };
  calls["argsort"] = [](const Arguments& x) {
    return std::vector{Variable(argsort(x[0].value(), x.integer("axis")))};
  };
  return calls;
}

Calls rearrange_calls() {
  Calls calls{{"pad", pad_call}};
  calls["flip"] = [](const Arguments& x) { return std::vector{flip(x[0], x.dims("axes"))}; };
  calls["flatten"] = [](const Arguments& x) {
    return std::vector{flatten(x[0], x.integer("start"), x.integer("end"))};
  };
  calls["roll"] = [](const Arguments& x) {
    return std::vector{roll(x[0], vector_of(x.dims("shifts")), x.dims("axes"))};
  };
  calls["repeat"] = [](const Arguments& x) { return std::vector{repeat(x[0], x.dims("counts"))}; };
  const auto axis_of = [](const Arguments& x) {
    return x.has("axis") ? std::optional(x.integer("axis")) : std::nullopt;
  };
  calls["repeat_interleave"] = [=](const Arguments& x) {
    return std::vector{repeat_interleave(x[0], x.integer("repeats"), axis_of(x))};
  };
  calls["repeat_interleave_each"] = [=](const Arguments& x) {
    return std::vector{repeat_interleave(x[0], x[1].value(), axis_of(x))};
  };
  calls["tile"] = [](const Arguments& x) { return std::vector{tile(x[0], x.dims("counts"))}; };
  calls["split"] = [](const Arguments& x) {
    return split(x[0], std::int64_t{x.integer("size")}, x.integer("axis"));
  };
  calls["chunk"] = [](const Arguments& x) { return chunk(x[0], x.integer("chunks"), x.integer("axis")); };
  calls["triu"] = [](const Arguments& x) { return std::vector{triu(x[0], x.integer("diagonal"))}; };
  calls["tril"] = [](const Arguments& x) { return std::vector{tril(x[0], x.integer("diagonal"))}; };
  calls["diagonal"] = [](const Arguments& x) { return std::vector{diagonal(x[0], x.integer("offset"))}; };
  return calls;
}

}  // namespace

Calls indexing_calls() {
  Calls calls = index_calls();
  calls.merge(rearrange_calls());
  return calls;
}

}  // namespace tinytorch::torch_cases
