#include "nn/data/dataset.h"

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include "core/internal/checked.h"
#include "core/internal/format.h"
#include "core/ops/composite.h"
#include "core/ops/creation.h"
#include "core/ops/indexing.h"
#include "core/ops/sampling.h"
#include "core/ops/shape.h"
#include "nn/hooks.h"

namespace tinytorch::nn {
namespace {

void check_index(const char* op, std::int64_t index, std::int64_t size) {
  if (index < 0 || index >= size) {
    fail<ValueError>(op, "item {} is out of range: there are {} items", index, size);
  }
}

void check_dataset(const char* op, const DatasetPtr& dataset) {
  if (dataset == nullptr) fail<ValueError>(op, "the dataset is null");
}

Item item_of(const Dataset& dataset, std::int64_t index) {
  const auto context = [&] { return fmt::format("item {} of the dataset", index); };
  try {
    return dataset.item(index);
  } catch (Error& error) {
    error.add_context(context());
    throw;
  } catch (const std::exception& error) {
    throw Error(fmt::format("{}: {}", context(), error.what()));
  } catch (...) {
    throw Error(fmt::format("{}: an exception that is no std::exception", context()));
  }
}

/// The rows by the hook, which can be anyone's; undefined if it leaves them to the framework.
Tensor rows_by_hook(const Tensor& items, std::span<const std::int64_t> indices) {
  if (!hooks::collate) return {};
  Tensor rows = hooks::collate(items, indices);
  Shape shape = items.shape();
  shape[0] = static_cast<std::int64_t>(indices.size());
  if (rows.defined() &&
      (rows.shape() != shape || rows.dtype() != items.dtype() || rows.device() != items.device())) {
    fail<ValueError>("TensorDataset", "the hook collate gave {} of {} on {}; {} of {} on {} is wanted",
                     rows.shape(), rows.dtype(), rows.device(), shape, items.dtype(), items.device());
  }
  return rows;
}

}  // namespace

constinit Hook<Tensor(const Tensor&, std::span<const std::int64_t>)> hooks::collate{"collate", nullptr};

Batch Dataset::batch(std::span<const std::int64_t> indices) const {
  if (indices.empty()) fail<ValueError>("Dataset::batch", "there are no indices");
  std::vector<std::vector<Tensor>> columns;  // the tensors to stack
  bool is_first = true;
  for (const std::int64_t index : indices) {
    Item item = item_of(*this, index);
    if (is_first) columns.resize(item.size());
    is_first = false;
    if (item.size() != columns.size()) {
      fail<ShapeError>("Dataset::batch", "item {} has {} tensors, but item {} has {}", index, item.size(),
                       indices.front(), columns.size());
    }
    for (std::size_t i = 0; i < item.size(); ++i) {
      if (!item[i].defined()) {
        fail<ValueError>("Dataset::batch", "tensor {} of item {} is undefined (default-constructed)", i,
                         index);
      }
      if (const Tensor& first = columns[i].empty() ? item[i] : columns[i].front();
          item[i].shape() != first.shape() || item[i].dtype() != first.dtype()) {
        fail<ShapeError>("Dataset::batch", "tensor {} of item {} is {} {}, but that of item {} is {} {}", i,
                         index, item[i].dtype(), item[i].shape(), indices.front(), first.dtype(),
                         first.shape());
      }
      columns[i].push_back(std::move(item[i]));
    }
  }
  Batch batch;
  for (const std::vector<Tensor>& column : columns) batch.push_back(stack(column));
  return batch;
}

TensorDataset::TensorDataset(std::vector<Tensor> tensors) : tensors_(std::move(tensors)) {
  if (tensors_.empty()) fail<ShapeError>("TensorDataset", "there are no tensors");
  for (const Tensor& tensor : tensors_) {
    if (tensor.rank() == 0) fail<ShapeError>("TensorDataset", "a tensor of shape [] has no first axis");
    if (tensor.size(0) != size()) {
      fail<ShapeError>("TensorDataset", "the first axes differ in length: {} and {}",
                       tensors_.front().shape(), tensor.shape());
    }
  }
}

Item TensorDataset::item(std::int64_t index) const {
  check_index("TensorDataset", index, size());
  Item item;
  for (const Tensor& tensor : tensors_) item.push_back(select(tensor, 0, index));
  return item;
}

Batch TensorDataset::batch(std::span<const std::int64_t> indices) const {
  if (indices.empty()) fail<ValueError>("TensorDataset", "there are no indices");
  for (const std::int64_t index : indices) check_index("TensorDataset", index, size());
  const Tensor index = from_values(indices, {static_cast<std::int64_t>(indices.size())});
  Batch batch;
  for (const Tensor& tensor : tensors_) {
    const Tensor rows = rows_by_hook(tensor, indices);
    batch.push_back(rows.defined() ? rows : index_select(tensor, 0, index.to(tensor.device())));
  }
  return batch;
}

Subset::Subset(DatasetPtr dataset, std::vector<std::int64_t> indices)
    : dataset_(std::move(dataset)), indices_(std::move(indices)) {
  check_dataset("Subset", dataset_);
  for (const std::int64_t index : indices_) check_index("Subset", index, dataset_->size());
}

Item Subset::item(std::int64_t index) const {
  check_index("Subset", index, size());
  return dataset_->item(indices_[static_cast<std::size_t>(index)]);
}

Batch Subset::batch(std::span<const std::int64_t> indices) const {
  std::vector<std::int64_t> in_dataset;
  for (const std::int64_t index : indices) {
    check_index("Subset", index, size());
    in_dataset.push_back(indices_[static_cast<std::size_t>(index)]);
  }
  return dataset_->batch(in_dataset);
}

ConcatDataset::ConcatDataset(std::vector<DatasetPtr> datasets) : datasets_(std::move(datasets)) {
  if (datasets_.empty()) fail<ValueError>("ConcatDataset", "there are no datasets");
  std::int64_t end = 0;
  for (const DatasetPtr& dataset : datasets_) {
    check_dataset("ConcatDataset", dataset);
    ends_.push_back(end = checked_add("ConcatDataset", end, dataset->size()));
  }
}

Item ConcatDataset::item(std::int64_t index) const {
  check_index("ConcatDataset", index, size());
  const auto i = static_cast<std::size_t>(std::ranges::upper_bound(ends_, index) - ends_.begin());
  return datasets_[i]->item(index - (i == 0 ? 0 : ends_[i - 1]));
}

TokenWindows::TokenWindows(Tensor tokens, Options options) : tokens_(std::move(tokens)), options_(options) {
  const auto& [length, stride] = options_;
  if (options_.stride == 0) options_.stride = length;
  if (length < 1) fail<ValueError>("TokenWindows", "length is {}; it must be positive", length);
  if (stride < 1)
    fail<ValueError>("TokenWindows", "stride is {}; it must be positive, or 0 for length", stride);
  if (tokens_.rank() != 1) fail<ShapeError>("TokenWindows", "tokens is {}, not [N]", tokens_.shape());
  if (is_floating(tokens_.dtype()) || tokens_.dtype() == DType::boolean) {
    fail<DTypeError>("TokenWindows", "tokens is {}; it must be of an integer dtype", tokens_.dtype());
  }
  if (tokens_.numel() <= length) {
    fail<ValueError>("TokenWindows", "a window of {} tokens and the next one does not fit in {} tokens",
                     length, tokens_.numel());
  }
}

std::int64_t TokenWindows::size() const {
  return (tokens_.numel() - options_.length - 1) / options_.stride + 1;
}

Item TokenWindows::item(std::int64_t index) const {
  check_index("TokenWindows", index, size());
  const std::int64_t begin = index * options_.stride, end = begin + options_.length;
  return {slice(tokens_, 0, begin, end), slice(tokens_, 0, begin + 1, end + 1)};
}

std::vector<DatasetPtr> random_split(const DatasetPtr& dataset, const std::vector<std::int64_t>& sizes,
                                     std::uint64_t seed) {
  const OpScope scope("random_split");
  check_dataset("random_split", dataset);
  std::int64_t total = 0;
  for (const std::int64_t size : sizes) {
    if (size < 0) fail<ValueError>("random_split", "a size is {}; it must not be negative", size);
    total = checked_add("random_split", total, size);
  }
  if (total != dataset->size()) {
    fail<ValueError>("random_split", "the sizes sum to {}, but the dataset has {} items", total,
                     dataset->size());
  }
  Generator generator(seed);
  const auto order = permutation(total, {}, generator).to_vector<std::int64_t>();
  std::vector<DatasetPtr> parts;
  auto begin = order.begin();
  for (const std::int64_t size : sizes) {
    parts.push_back(std::make_shared<Subset>(dataset, std::vector(begin, begin + size)));
    begin += size;
  }
  return parts;
}

}  // namespace tinytorch::nn
