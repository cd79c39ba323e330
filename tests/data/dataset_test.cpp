#include "nn/data/dataset.h"

#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <set>
#include <stdexcept>
#include <vector>

#include "core/error.h"
#include "core/ops/creation.h"
#include "core/ops/shape.h"
#include "tests/support/backend.h"
#include "tests/support/tensor_matchers.h"

namespace tinytorch::testing {
namespace {

/// Item i is {i, [i, i]}; items from `bad` on throw.
class Numbered : public nn::Dataset {
 public:
  explicit Numbered(std::int64_t size, std::int64_t bad = -1) : size_(size), bad_(bad) {}
  std::int64_t size() const override { return size_; }
  nn::Item item(std::int64_t index) const override {
    if (index == bad_) throw std::out_of_range("no such number");
    if (bad_ < -1 && index == -bad_) throw IoError("[load] it is damaged");
    return {Tensor(index).to(DType::i64), Tensor{index, index}};
  }

 private:
  std::int64_t size_, bad_;
};

/// Each item is the tensors that a function returns.
class Made : public nn::Dataset {
 public:
  explicit Made(nn::Item (*make)(std::int64_t)) : make_(make) {}
  std::int64_t size() const override { return 10; }
  nn::Item item(std::int64_t index) const override { return make_(index); }

 private:
  nn::Item (*make_)(std::int64_t);
};

nn::Batch batch_of(const nn::Dataset& dataset, const std::vector<std::int64_t>& indices) {
  return dataset.batch(indices);
}

std::shared_ptr<nn::TensorDataset> rows(std::int64_t n) {
  const Tensor x = reshape(arange(0, 2 * n, 1, {.dtype = DType::f32}), {n, 2});
  return std::make_shared<nn::TensorDataset>(
      std::vector{x.to(backend()), arange(0, n, 1, {.dtype = DType::i64}).to(backend())});
}

TEST(Dataset, StacksItems) {
  const nn::Batch batch = batch_of(Numbered(5), {3, 1, 3});
  ASSERT_EQ(batch.size(), 2U);
  EXPECT_TENSOR_EQ(batch[0], {3, 1, 3});
  EXPECT_TENSOR_EQ(batch[1], {{3, 3}, {1, 1}, {3, 3}});
}

TEST(Dataset, NamesTheItemThatFailed) {
  EXPECT_ERROR(batch_of(Numbered(5, 3), {0, 3}), Error, "item 3 of the dataset: no such number");
  EXPECT_ERROR(batch_of(Numbered(5, -3), {0, 3}), IoError, "item 3 of the dataset: [load] it is damaged");
  const Made thrower([](std::int64_t) -> nn::Item { throw 7; });
  EXPECT_ERROR(batch_of(thrower, {4}), Error,
               "item 4 of the dataset: an exception that is no std::exception");
}

TEST(Dataset, RefusesItemsThatDoNotStack) {
  EXPECT_ERROR(batch_of(Numbered(5), {}), ValueError, "[Dataset::batch] there are no indices");
  const Made longer([](std::int64_t i) -> nn::Item { return {zeros({i})}; });
  EXPECT_ERROR(batch_of(longer, {1, 2}), ShapeError,
               "[Dataset::batch] tensor 0 of item 2 is f32 [2], but that of item 1 is f32 [1]");
  const Made undefined([](std::int64_t i) -> nn::Item { return {i == 2 ? Tensor() : ones({1})}; });
  EXPECT_ERROR(batch_of(undefined, {1, 2}), ValueError,
               "[Dataset::batch] tensor 0 of item 2 is undefined (default-constructed)");
  const Made wider(
      [](std::int64_t i) -> nn::Item { return {zeros({1}, {.dtype = i > 1 ? DType::f64 : DType::f32})}; });
  EXPECT_ERROR(batch_of(wider, {1, 2}), ShapeError,
               "[Dataset::batch] tensor 0 of item 2 is f64 [1], but that of item 1 is f32 [1]");
  const Made more([](std::int64_t i) { return nn::Item(static_cast<std::size_t>(i), zeros({1})); });
  EXPECT_ERROR(batch_of(more, {1, 2}), ShapeError, "[Dataset::batch] item 2 has 2 tensors, but item 1 has 1");
  EXPECT_ERROR(batch_of(more, {0, 1}), ShapeError, "[Dataset::batch] item 1 has 1 tensors, but item 0 has 0");
}

TEST(TensorDataset, GivesRows) {
  const auto data = rows(4);
  EXPECT_EQ(data->size(), 4);
  EXPECT_TENSOR_EQ(data->item(2)[0], {4.0, 5.0});
  EXPECT_EQ(data->item(2)[1].item<std::int64_t>(), 2);
  const nn::Batch batch = batch_of(*data, {3, 0});
  EXPECT_EQ(batch[0].device(), backend());
  EXPECT_TENSOR_EQ(batch[0], {{6.0, 7.0}, {0.0, 1.0}});
  EXPECT_TENSOR_EQ(batch[1], {3, 0});
}

TEST(TensorDataset, RefusesTensorsThatDoNotFit) {
  EXPECT_ERROR(nn::TensorDataset(std::vector<Tensor>{}), ShapeError, "[TensorDataset] there are no tensors");
  EXPECT_ERROR(nn::TensorDataset({zeros({})}), ShapeError,
               "[TensorDataset] a tensor of shape [] has no first axis");
  EXPECT_ERROR(nn::TensorDataset({zeros({2, 3}), zeros({3})}), ShapeError,
               "[TensorDataset] the first axes differ in length: [2, 3] and [3]");
  const auto data = rows(4);
  EXPECT_ERROR(data->item(4), ValueError, "[TensorDataset] item 4 is out of range: there are 4 items");
  EXPECT_ERROR(batch_of(*data, {0, -1}), ValueError,
               "[TensorDataset] item -1 is out of range: there are 4 items");
  EXPECT_ERROR(batch_of(*data, {}), ValueError, "[TensorDataset] there are no indices");
}

TEST(Subset, SelectsItems) {
  const nn::Subset subset(rows(5), {4, 2, 2});
  EXPECT_EQ(subset.size(), 3);
  EXPECT_TENSOR_EQ(subset.item(0)[0], {8.0, 9.0});
  EXPECT_TENSOR_EQ(batch_of(subset, {2, 0})[1], {2, 4});
  EXPECT_ERROR(subset.item(3), ValueError, "[Subset] item 3 is out of range: there are 3 items");
  EXPECT_ERROR(batch_of(subset, {3}), ValueError, "[Subset] item 3 is out of range: there are 3 items");
  EXPECT_ERROR(nn::Subset(rows(5), {5}), ValueError, "[Subset] item 5 is out of range: there are 5 items");
  EXPECT_ERROR(nn::Subset(nullptr, {}), ValueError, "[Subset] the dataset is null");
}

TEST(ConcatDataset, AppendsDatasets) {
  const auto empty = std::make_shared<Numbered>(0), two = std::make_shared<Numbered>(2),
             three = std::make_shared<Numbered>(3);
  const nn::ConcatDataset all({empty, two, empty, three});
  EXPECT_EQ(all.size(), 5);
  EXPECT_TENSOR_EQ(batch_of(all, {0, 1, 2, 3, 4})[0], {0, 1, 0, 1, 2});
  EXPECT_ERROR(all.item(5), ValueError, "[ConcatDataset] item 5 is out of range: there are 5 items");
  EXPECT_ERROR(nn::ConcatDataset({}), ValueError, "[ConcatDataset] there are no datasets");
  EXPECT_ERROR(nn::ConcatDataset({nullptr}), ValueError, "[ConcatDataset] the dataset is null");
  const auto huge = std::make_shared<Numbered>(std::numeric_limits<std::int64_t>::max());
  EXPECT_ERROR(nn::ConcatDataset({huge, two}), ShapeError,
               "[ConcatDataset] the size 9223372036854775807 + 2 takes more than 63 bits");
}

TEST(TokenWindows, PredictTheNextToken) {
  const Tensor tokens = Tensor{10, 11, 12, 13, 14, 15}.to(backend());
  const nn::TokenWindows windows(tokens, {.length = 2});
  EXPECT_EQ(windows.size(), 2);
  const nn::Batch batch = batch_of(windows, {0, 1});
  EXPECT_TENSOR_EQ(batch[0], {{10, 11}, {12, 13}});
  EXPECT_TENSOR_EQ(batch[1], {{11, 12}, {13, 14}});
  const nn::TokenWindows overlapping(tokens, {.length = 2, .stride = 1});
  EXPECT_EQ(overlapping.size(), 4);
  EXPECT_TENSOR_EQ(overlapping.item(3)[1], {14, 15});
  EXPECT_EQ(nn::TokenWindows(tokens, {.length = 5}).size(), 1);
}

TEST(TokenWindows, RefusesWhatHasNoWindow) {
  const Tensor tokens{1, 2, 3};
  EXPECT_ERROR(nn::TokenWindows(tokens, {.length = 3}), ValueError,
               "[TokenWindows] a window of 3 tokens and the next one does not fit in 3 tokens");
  EXPECT_ERROR(nn::TokenWindows(tokens, {.length = 0}), ValueError,
               "[TokenWindows] length is 0; it must be positive");
  EXPECT_ERROR(nn::TokenWindows(tokens, {.length = 1, .stride = -1}), ValueError,
               "[TokenWindows] stride is -1; it must be positive, or 0 for length");
  EXPECT_ERROR(nn::TokenWindows(zeros({2, 2}), {}), ShapeError, "[TokenWindows] tokens is [2, 2], not [N]");
  EXPECT_ERROR(nn::TokenWindows(zeros({9}), {}), DTypeError,
               "[TokenWindows] tokens is f32; it must be of an integer dtype");
  EXPECT_ERROR(nn::TokenWindows(tokens, {.length = 1}).item(2), ValueError,
               "[TokenWindows] item 2 is out of range: there are 2 items");
}

TEST(RandomSplit, DividesAllItems) {
  const auto data = std::make_shared<Numbered>(20);
  const auto parts = nn::random_split(data, {15, 5, 0}, 3);
  ASSERT_EQ(parts.size(), 3U);
  std::multiset<std::int64_t> seen;
  for (const auto& part : parts) {
    for (std::int64_t i = 0; i < part->size(); ++i) seen.insert(part->item(i)[0].item<std::int64_t>());
  }
  std::multiset<std::int64_t> all;
  for (std::int64_t i = 0; i < 20; ++i) all.insert(i);
  EXPECT_EQ(seen, all);
  EXPECT_EQ(parts[0]->size(), 15);
  EXPECT_TENSOR_EQ(parts[1]->item(0)[0], nn::random_split(data, {15, 5, 0}, 3)[1]->item(0)[0]);
}

TEST(RandomSplit, RefusesSizesThatDoNotFit) {
  const auto data = std::make_shared<Numbered>(4);
  EXPECT_ERROR(nn::random_split(data, {3, 2}, 0), ValueError,
               "[random_split] the sizes sum to 5, but the dataset has 4 items");
  EXPECT_ERROR(nn::random_split(data, {5, -1}, 0), ValueError,
               "[random_split] a size is -1; it must not be negative");
  EXPECT_ERROR(nn::random_split(nullptr, {}, 0), ValueError, "[random_split] the dataset is null");
}

}  // namespace
}  // namespace tinytorch::testing
