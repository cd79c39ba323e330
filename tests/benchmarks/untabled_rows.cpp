#include <type_traits>
#include <utility>

#include <tinytorch/tinytorch.h>

#include "tests/benchmarks/cases.h"
#include "tests/benchmarks/operands.h"

namespace benchmarks {
namespace {

using namespace tinytorch;
using conformance::Domain;
using conformance::real;

using Rows = std::deque<conformance::Row>;

conformance::Row& add(Rows& rows, const char* name, const char* family, std::vector<Domain> domains,
                      std::vector<conformance::TimedCall> calls) {
  conformance::Row& row = rows.emplace_back(name, family);
  row.domains = std::move(domains);
  row.timed_calls = std::move(calls);
  return row;
}

void add_products(Rows& rows) {
  const Domain values = real(-2, 2);
  const std::vector<conformance::TimedCall> square{
      {.shapes = {{512, 512}, {512, 512}}, .operations = 2.0 * 512 * 512 * 512}};
  add(rows, "matmul_of_transposed_a", "matmul", {values, values}, square)
      .calls([](const auto& a, const auto& b) { return matmul(transpose(a), b); });
  add(rows, "matmul_of_transposed_b", "matmul", {values, values}, square)
      .calls([](const auto& a, const auto& b) { return matmul(a, transpose(b)); });
}

void add_convolutions(Rows& rows) {
  const Domain values = real(-2, 2);
  const double operations = 2.0 * 32 * 64 * 32 * 32 * 64 * 9;
  add(rows, "conv2d_padded", "convolution", {values, values, values},
      {{.shapes = {{32, 64, 32, 32}, {64, 64, 3, 3}, {64}}, .operations = operations}})
      .gradient(conformance::differentiable)
      .calls(
          [](const auto& x, const auto& w, const auto& bias) { return conv2d(x, w, bias, {.padding = 1}); });
  add(rows, "conv2d_of_each_channel", "convolution", {values, values},
      {{.shapes = {{32, 64, 32, 32}, {64, 1, 3, 3}}, .operations = operations / 64}})
      .gradient(conformance::differentiable)
      .calls([](const auto& x, const auto& w) {
        return conv2d(x, w, std::decay_t<decltype(x)>(), {.padding = 1, .groups = 64});
      });
}

void add_copies(Rows& rows) {
  const Domain values = real(-2, 2);
  add(rows, "permuted_copy_0213", "copy", {values}, {{{{32, 128, 8, 64}}}}).calls([](const Tensor& x) {
    return contiguous(permute(x, {0, 2, 1, 3}));
  });
  add(rows, "transposed_copy", "copy", {values}, {{{{2048, 2048}}}}).calls([](const Tensor& x) {
    return contiguous(transpose(x));
  });
  add(rows, "channels_last_copy", "copy", {values}, {{{{32, 64, 32, 32}}}}).calls([](const Tensor& x) {
    return channels_last(x);
  });
}

void add_selections(Rows& rows) {
  add(rows, "topk_of_a_line", "sort", {real(-9, 9)}, {{{{1 << 20}}}}).calls([](const Tensor& x) {
    return topk(x, 100).values;
  });
  add(rows, "topk_of_rows", "sort", {real(-9, 9)}, {{{{4096, 256}}}}).calls([](const Tensor& x) {
    return topk(x, 10).values;
  });
  add(rows, "index_select_of_rows", "indexing", {real(-9, 9), conformance::indices(32000)},
      {{{{32000, 256}, {8192}}}})
      .calls([](const auto& x, const auto& index) { return index_select(x, 0, value_of(index)); });
}

/// Ops that change their operand, which stays in range.
void add_in_place(Rows& rows) {
  add(rows, "add_into", "arithmetic", {real(-1, 1), real(-1e-6, 1e-6)},
      {{{{1 << 18}, {1 << 18}}}, {{{1 << 24}, {1 << 24}}}})
      .calls([](const Tensor& x, const Tensor& y) {
        Tensor changed = x;
        changed += y;
        return changed;
      });
}

}  // namespace

const Rows& untabled_rows() {
  static const Rows kRows = [] {
    Rows rows;
    add_products(rows);
    add_convolutions(rows);
    add_copies(rows);
    add_selections(rows);
    add_in_place(rows);
    return rows;
  }();
  return kRows;
}

}  // namespace benchmarks
