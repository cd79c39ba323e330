#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/tensor.h"

/// Datasets: numbered items, each a list of tensors.
///
/// ```cpp
/// const auto images = rand({10, 1, 28, 28});
/// const auto labels = randint(0, 10, {10});
/// const auto all = std::make_shared<nn::TensorDataset>(std::vector{images, labels});
/// const auto parts = nn::random_split(all, {8, 2}, 42);
/// std::cout << parts[1]->item(0)[0].shape();  // [1, 28, 28]
/// ```
namespace tinytorch::nn {

/// The tensors of one item, such as an image [1, 28, 28] and a label [].
using Item = std::vector<Tensor>;
/// The tensors of several items, stacked along a new first axis, such as images [N, 1, 28, 28] and labels
/// [N].
using Batch = std::vector<Tensor>;

/// A finite list of items. The worker threads of a DataLoader call the functions of one dataset at once.
///
/// ```cpp
/// class Squares : public nn::Dataset {
///  public:
///   std::int64_t size() const override { return 100; }
///   nn::Item item(std::int64_t index) const override {
///     const auto x = static_cast<float>(index);
///     return {Tensor{x}, Tensor{x * x}};
///   }
/// };
/// ```
class Dataset {
 public:
  Dataset() = default;
  virtual ~Dataset() = default;
  Dataset(const Dataset&) = delete;
  Dataset& operator=(const Dataset&) = delete;

  /// The number of items.
  virtual std::int64_t size() const = 0;
  /// An item; those of one dataset have the same number of tensors, of the same shapes and dtypes.
  /// @param index  from 0 to size() - 1
  virtual Item item(std::int64_t index) const = 0;
  /// Items as a batch: by default, item() of each index, stacked. A dataset that can read many items at once
  /// overrides it.
  /// @throws ValueError  there are no indices, or a tensor is undefined
  /// @throws ShapeError  the items differ in the number of tensors, or in shape
  /// @throws as item(), with the index in front of the message of an exception; one that is no Error becomes
  /// one
  virtual Batch batch(std::span<const std::int64_t> indices) const;
};

/// Datasets are shared: by their subsets and by loaders.
using DatasetPtr = std::shared_ptr<const Dataset>;

/// The rows of tensors along their first axis.
class TensorDataset : public Dataset {
 public:
  /// @throws ShapeError  there are no tensors, one has no axes, or their first axes differ in length
  explicit TensorDataset(std::vector<Tensor> tensors);

  std::int64_t size() const override { return tensors_.front().size(0); }
  /// @throws ValueError  index is out of range
  Item item(std::int64_t index) const override;
  Batch batch(std::span<const std::int64_t> indices) const override;

  const std::vector<Tensor>& tensors() const { return tensors_; }

 private:
  std::vector<Tensor> tensors_;
};

/// Some items of another dataset, in the order of their indices.
class Subset : public Dataset {
 public:
  /// @throws ValueError  an index is out of range, or there is no dataset
  Subset(DatasetPtr dataset, std::vector<std::int64_t> indices);

  std::int64_t size() const override { return static_cast<std::int64_t>(indices_.size()); }
  /// @throws ValueError  index is out of range
  /// @throws as the dataset
  Item item(std::int64_t index) const override;
  Batch batch(std::span<const std::int64_t> indices) const override;

  /// The indices of the items in the other dataset.
  const std::vector<std::int64_t>& indices() const { return indices_; }

 private:
  DatasetPtr dataset_;
  std::vector<std::int64_t> indices_;
};

/// The items of several datasets, one dataset after another.
class ConcatDataset : public Dataset {
 public:
  /// @throws ValueError  there are no datasets, or one is null
  explicit ConcatDataset(std::vector<DatasetPtr> datasets);

  std::int64_t size() const override { return ends_.back(); }
  /// @throws ValueError  index is out of range
  /// @throws as the datasets
  Item item(std::int64_t index) const override;

 private:
  std::vector<DatasetPtr> datasets_;
  std::vector<std::int64_t> ends_;  // one past the last index of each dataset
};

/// Windows of a sequence of tokens, for language models: item i is the tokens [i * stride, i * stride +
/// length) and the tokens one further, which are to be predicted.
/// ```cpp
/// const nn::TokenWindows windows(Tensor{5, 6, 7, 8, 9}, {.length = 2});
/// std::cout << windows.item(1)[0] << windows.item(1)[1];  // [7 8] [8 9]
/// ```
class TokenWindows : public Dataset {
 public:
  struct Options {
    std::int64_t length = 128;  ///< tokens of a window
    std::int64_t stride = 0;    ///< from the start of a window to that of the next; 0: length
  };

  /// @param tokens  [N], integers, at least length + 1 of them
  /// @throws ValueError  an option is out of range, or there are too few tokens
  /// @throws ShapeError, DTypeError  tokens is not [N], or not of an integer dtype
  TokenWindows(Tensor tokens, Options options);

  std::int64_t size() const override;
  /// @throws ValueError  index is out of range
  Item item(std::int64_t index) const override;

 private:
  Tensor tokens_;
  Options options_;
};

/// Divides a dataset at random into subsets of the given sizes, whose sum is its size. The same seed gives
/// the same subsets.
/// @throws ValueError  a size is negative, their sum is not the size of the dataset, or there is no dataset
std::vector<DatasetPtr> random_split(const DatasetPtr& dataset, const std::vector<std::int64_t>& sizes,
                                     std::uint64_t seed);

}  // namespace tinytorch::nn
