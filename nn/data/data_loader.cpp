#include "nn/data/data_loader.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include "core/internal/format.h"
#include "core/ops/creation.h"
#include "core/profile_scope.h"
#include "core/threads.h"
#include "nn/data/internal/seed.h"

namespace tinytorch::nn {
namespace {

constexpr int kMostWorkers = 1024;

void check(const DataLoaderOptions& options) {
  const auto need = [](const char* name, std::int64_t value, std::int64_t least) {
    if (value < least) fail<ValueError>("DataLoader", "{} is {}; it must be at least {}", name, value, least);
  };
  need("batch_size", options.batch_size, 1);
  need("workers", options.workers, 0);
  need("prefetch", options.prefetch, 1);
  if (options.workers > kMostWorkers) {
    fail<ValueError>("DataLoader", "workers is {}; there are at most {}", options.workers, kMostWorkers);
  }
  if (options.shuffle && options.sampler != nullptr) {
    fail<ValueError>("DataLoader", "both shuffle and a sampler are given; the sampler alone sets the order");
  }
}

std::shared_ptr<const Sampler> sampler_for(const Dataset& dataset, const DataLoaderOptions& options) {
  if (options.sampler != nullptr) return options.sampler;
  if (options.shuffle) {
    return std::make_shared<RandomSampler>(dataset.size(), RandomSampler::Options{.seed = options.seed});
  }
  return std::make_shared<SequentialSampler>(dataset.size());
}

}  // namespace

// Not in the anonymous namespace, as DataLoader::Epoch has members of these types.
namespace loading {

/// Reads the batches of one epoch; threads may share it.
class BatchReader {
 public:
  BatchReader(DatasetPtr dataset, const DataLoaderOptions& options, std::int64_t epoch)
      : dataset_(std::move(dataset)),
        options_(options),
        seed_(derived_seed(options.seed, epoch)),
        indices_(options.sampler->indices(epoch)) {
    if (static_cast<std::int64_t>(indices_.size()) != options.sampler->size()) {
      fail<ValueError>("DataLoader", "the sampler gave {} indices, but its size is {}", indices_.size(),
                       options.sampler->size());
    }
    for (const std::int64_t index : indices_) {
      if (index < 0 || index >= dataset_->size()) {
        fail<ValueError>("DataLoader", "the sampler gave index {}, but the dataset has {} items", index,
                         dataset_->size());
      }
    }
  }

  Batch read(std::int64_t number) const {
    const std::span<const std::int64_t> indices = indices_of(number);
    // Also where no worker does it, so that the batches are the same.
    const SeedScope scope(derived_seed(seed_, -1 - number));
    Batch batch = dataset_->batch(indices);
    if (options_.transform && !batch.empty()) {
      std::vector<std::uint64_t> seeds;
      for (const std::int64_t index : indices) seeds.push_back(derived_seed(seed_, index));
      batch.front() = options_.transform(batch.front(), seeds);
    }
    return batch;
  }

 private:
  std::span<const std::int64_t> indices_of(std::int64_t number) const {
    const auto size = static_cast<std::size_t>(options_.batch_size),
               begin = static_cast<std::size_t>(number) * size;
    return std::span(indices_).subspan(begin, std::min(size, indices_.size() - begin));
  }

  DatasetPtr dataset_;
  const DataLoaderOptions options_;
  std::uint64_t seed_;
  std::vector<std::int64_t> indices_;
};

/// Threads that read batches ahead, in their order.
class Workers {
 public:
  /// @param begin, end  the numbers of the batches
  Workers(const BatchReader& reader, std::int64_t begin, std::int64_t end, const DataLoaderOptions& options)
      : reader_(reader), next_(begin), claimed_(begin), end_(end) {
    const std::int64_t threads = std::min<std::int64_t>(options.workers, end - begin);
    slots_.resize(static_cast<std::size_t>(std::min(threads * options.prefetch, end - begin)));
    for (std::int64_t i = 0; i < threads; ++i) {
      threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
    }
  }

  /// Waits for the next batch.
  /// @throws as BatchReader::read()
  Batch next() {
    Slot slot;
    {
      std::unique_lock lock(mutex_);
      Slot& own = slot_of(next_);
      is_read_.wait(lock, [&] { return own.is_read; });
      slot = std::exchange(own, {});
      ++next_;
    }
    has_space_.notify_all();
    if (slot.error) std::rethrow_exception(slot.error);
    return std::move(slot.batch);
  }

 private:
  struct Slot {
    bool is_read = false;
    Batch batch;
    std::exception_ptr error;
  };

  Slot& slot_of(std::int64_t number) { return slots_[static_cast<std::size_t>(number) % slots_.size()]; }

  void work(const std::stop_token& stop) {
    set_num_threads(1);  // the training and the other workers need the rest
    while (const std::optional<std::int64_t> number = claim(stop)) {
      Slot slot;
      slot.is_read = true;
      try {
        slot.batch = reader_.read(*number);
      } catch (...) {
        slot.error = std::current_exception();
      }
      {
        const std::lock_guard lock(mutex_);
        slot_of(*number) = std::move(slot);
      }
      is_read_.notify_all();
    }
  }

  /// The number of the next batch to read, once there is space for it; nothing at the end.
  std::optional<std::int64_t> claim(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    const auto has_space = [&] {
      return claimed_ == end_ || claimed_ - next_ < static_cast<std::int64_t>(slots_.size());
    };
    if (!has_space_.wait(lock, stop, has_space) || stop.stop_requested() || claimed_ == end_) return {};
    return claimed_++;
  }

  const BatchReader& reader_;
  std::mutex mutex_;
  std::condition_variable_any has_space_;
  std::condition_variable is_read_;
  std::vector<Slot> slots_;      // of the batches from next_ on, in a ring
  std::int64_t next_, claimed_;  // the first batch that was not taken, and not claimed
  std::int64_t end_;
  std::vector<std::jthread> threads_;  // the last member: they stop before the others are destroyed
};

}  // namespace loading

/// The rest of an epoch.
class DataLoader::Epoch {
 public:
  explicit Epoch(const DataLoader& loader)
      : reader_(loader.dataset_, loader.options_, loader.state_.epoch), next_(loader.state_.batch) {
    if (loader.options_.workers > 0) workers_.emplace(reader_, next_, loader.size(), loader.options_);
  }

  Batch next() { return workers_ ? workers_->next() : reader_.read(next_++); }

 private:
  loading::BatchReader reader_;
  std::int64_t next_;
  std::optional<loading::Workers> workers_;
};

DataLoader::DataLoader(DatasetPtr dataset, DataLoaderOptions options)
    : dataset_(std::move(dataset)), options_(std::move(options)) {
  if (dataset_ == nullptr) fail<ValueError>("DataLoader", "the dataset is null");
  check(options_);
  options_.sampler = sampler_for(*dataset_, options_);
  const OpScope scope("DataLoader");
  empty({0}, {.device = options_.device});  // throws if the device is not available
}
DataLoader::~DataLoader() = default;
DataLoader::DataLoader(DataLoader&&) noexcept = default;
DataLoader& DataLoader::operator=(DataLoader&&) noexcept = default;

std::int64_t DataLoader::size() const {
  const std::int64_t items = options_.sampler->size(), full = items / options_.batch_size;
  return options_.drop_last || items % options_.batch_size == 0 ? full : full + 1;
}

DataLoader::Iterator DataLoader::begin() {
  epoch_.reset();
  if (std::exchange(is_under_way_, false)) state_ = {state_.epoch + 1, 0};
  if (size() == 0) {
    ++state_.epoch;
  } else {
    epoch_ = std::make_unique<Epoch>(*this);
    take_next();
  }
  return Iterator(*this);
}

void DataLoader::load(const DataLoaderState& state) {
  constexpr std::int64_t kMost = std::int64_t{1} << 53;
  if (state.epoch < 0 || state.epoch > kMost) {
    fail<ValueError>("DataLoader::load", "epoch is {}; it must be in [0, 2^53]", state.epoch);
  }
  if (state.batch < 0 || (state.batch > 0 && state.batch >= size())) {
    fail<ValueError>("DataLoader::load", "epoch {} has no batch {}; an epoch has {} batches", state.epoch,
                     state.batch, size());
  }
  epoch_.reset();
  state_ = state;
  is_under_way_ = false;
}

void DataLoader::take_next() {
  const ProfileScope scope("DataLoader");
  is_under_way_ = false;
  try {
    Batch batch = epoch_->next();
    for (Tensor& tensor : batch) tensor = tensor.to(options_.device);
    batch_ = std::move(batch);
  } catch (...) {
    epoch_.reset();
    throw;
  }
  const bool is_last = state_.batch + 1 == size();
  state_ = is_last ? DataLoaderState{state_.epoch + 1, 0} : DataLoaderState{state_.epoch, state_.batch + 1};
  is_under_way_ = !is_last;
}

DataLoader::Iterator& DataLoader::Iterator::operator++() {
  if (loader_->is_under_way_) {
    loader_->take_next();
  } else {
    loader_->epoch_.reset();
  }
  return *this;
}

bool DataLoader::Iterator::is_at_end() const { return loader_->epoch_ == nullptr; }

}  // namespace tinytorch::nn
