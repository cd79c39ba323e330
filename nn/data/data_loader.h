#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <vector>

#include "core/device.h"
#include "nn/data/dataset.h"
#include "nn/data/sampler.h"
#include "nn/data/transform.h"

namespace tinytorch::nn {

/// The options of a DataLoader.
struct DataLoaderOptions {
  std::int64_t batch_size = 1;
  bool shuffle = false;    ///< a RandomSampler of the seed, instead of a SequentialSampler
  bool drop_last = false;  ///< leave out a last batch that is smaller than the others
  /// threads that prepare batches ahead, at most 1024; 0: each batch is prepared when it is asked for. The
  /// batches are the same
  int workers = 0;
  int prefetch = 2;                             ///< batches that each worker prepares ahead
  Transform transform = {};                     ///< of the first tensor of a batch
  Device device = Device::cpu();                ///< where batches go; pinned buffers carry them to a GPU
  std::uint64_t seed = 0;                       ///< of the order and of the transforms
  std::shared_ptr<const Sampler> sampler = {};  ///< instead of shuffle
};

/// A position between two batches, to save and load.
struct DataLoaderState {
  std::int64_t epoch = 0;  ///< from 0
  std::int64_t batch = 0;  ///< the batches of the epoch that were taken
  bool operator==(const DataLoaderState&) const = default;
};

/// Divides the items of a dataset into batches. A loop goes through one epoch:
///
/// ```cpp
/// const auto data = std::make_shared<nn::TensorDataset>(std::vector{randn({10, 3}), randint(0, 2, {10})});
/// nn::DataLoader loader(data, {.batch_size = 4, .shuffle = true, .workers = 2});
/// for (int epoch = 0; epoch < 3; ++epoch) {
///   for (const nn::Batch& batch : loader) {
///     std::cout << batch[0].shape() << batch[1].shape() << '\n';  // [4, 3] [4], and [2, 3] [2] at last
///   }
/// }
/// ```
///
/// The batches depend on the seed and the epoch, but not on the number of workers. A dataset that draws
/// random numbers from default_generator() finds it seeded for the batch. After a loop that was left early,
/// the next one begins with the next epoch; after load(), with the batch after the saved position. An
/// exception of the dataset or the transform is thrown where its batch is due, and the next loop begins with
/// that batch. One thread at a time uses a loader.
class DataLoader {
 public:
  class Iterator;

  /// @throws ValueError   an option is out of range, or there is no dataset
  /// @throws DeviceError  the device is not available
  DataLoader(DatasetPtr dataset, DataLoaderOptions options);
  ~DataLoader();
  DataLoader(DataLoader&&) noexcept;
  DataLoader& operator=(DataLoader&&) noexcept;

  /// The number of batches of an epoch.
  std::int64_t size() const;
  const DatasetPtr& dataset() const { return dataset_; }
  const DataLoaderOptions& options() const { return options_; }

  /// Begins an epoch, and ends the loop that is under way.
  /// @throws ValueError  the sampler gave an index that the dataset does not have, or a wrong number of them
  /// @throws as the dataset and the transform
  Iterator begin();
  std::default_sentinel_t end() const { return {}; }

  /// The position after the batch that was taken last.
  DataLoaderState state() const { return state_; }
  /// Sets the position at which the next loop begins.
  /// @throws ValueError  the epoch is not in [0, 2^53], or has no such batch
  void load(const DataLoaderState& state);

 private:
  class Epoch;

  void take_next();

  DatasetPtr dataset_;
  DataLoaderOptions options_;
  DataLoaderState state_;
  bool is_under_way_ = false;  // there are batches left in the epoch of the last loop
  std::unique_ptr<Epoch> epoch_;
  Batch batch_;
};

/// An input iterator over the batches of an epoch. It is valid until the next begin().
class DataLoader::Iterator {
 public:
  using value_type = Batch;
  using difference_type = std::ptrdiff_t;
  using iterator_concept = std::input_iterator_tag;

  const Batch& operator*() const { return loader_->batch_; }
  const Batch* operator->() const { return &loader_->batch_; }
  Iterator& operator++();
  void operator++(int) { ++*this; }
  friend bool operator==(const Iterator& i, std::default_sentinel_t) { return i.is_at_end(); }

 private:
  friend class DataLoader;
  explicit Iterator(DataLoader& loader) : loader_(&loader) {}
  bool is_at_end() const;

  DataLoader* loader_;
};

}  // namespace tinytorch::nn
