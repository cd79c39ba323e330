// What reads data, and what trains: objects that are used in several steps, of types that declarations.awk
// does not see.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/ops/copy.h"
#include "nn/data/byte_pair_tokenizer.h"
#include "nn/data/char_tokenizer.h"
#include "nn/data/cifar.h"
#include "nn/data/csv.h"
#include "nn/data/data_loader.h"
#include "nn/data/dataset.h"
#include "nn/data/idx.h"
#include "nn/data/image.h"
#include "nn/data/sampler.h"
#include "nn/data/text.h"
#include "nn/data/transform.h"
#include "nn/data/word_piece_tokenizer.h"
#include "nn/dense.h"
#include "nn/loss.h"
#include "nn/optim/sgd.h"
#include "nn/train/checkpoint.h"
#include "nn/train/json_log.h"
#include "nn/train/metrics.h"
#include "nn/train/progress.h"
#include "nn/train/tensorboard.h"
#include "nn/train/timing.h"
#include "nn/train/trainer.h"
#include "tests/hostile/calls.h"
#include "tests/support/backend.h"
#include "tests/support/temporary_folder.h"

namespace tinytorch::hostile {

// Defined in the generated source.
void draw_members(Arguments& from, nn::OptimizerState& x);
void draw_members(Arguments& from, nn::ScheduleState& x);

void draw_members(Arguments& from, nn::TokenWindows::Options& x) { from.draw_all(x.length, x.stride); }
void draw_members(Arguments& from, nn::RandomSampler::Options& x) { from.draw_into(x.seed); }
void draw_members(Arguments& from, nn::WeightedSampler::Options& x) { from.draw_all(x.samples, x.seed); }
void draw_members(Arguments& from, nn::DistributedSampler::Options& x) {
  from.draw_all(x.rank, x.ranks, x.shuffle, x.drop_last, x.seed);
}
void draw_members(Arguments& from, nn::BytePairOptions& x) {
  from.draw_all(x.vocabulary_size, x.minimum_count, x.special_tokens);
  if (from.source().integer(0, 1) == 1) x.vocabulary_size = 300;
}
void draw_members(Arguments& from, nn::DataLoaderOptions& x) {
  from.draw_all(x.batch_size, x.shuffle, x.drop_last, x.workers, x.prefetch, x.device, x.seed);
  if (from.source().integer(0, 1) == 1) x.workers = 0;
  if (from.source().integer(0, 3) == 0) x.transform = nn::random_flip();
  if (from.source().integer(0, 3) == 0)
    x.sampler = std::make_shared<nn::SequentialSampler>(from.source().integer(0, 4));
}
void draw_members(Arguments& from, nn::DataLoaderState& x) { from.draw_all(x.epoch, x.batch); }
void draw_members(Arguments& from, nn::Evaluation& x) {
  std::string name;
  from.draw_all(x.loss, x.items, name);
  x.metrics.emplace_back(name, x.loss);
}
void draw_members(Arguments& from, nn::TrainingState& x) {
  from.draw_all(x.steps, x.total_steps, x.batch, x.batches, x.items, x.loss, x.learning_rate,
                x.gradient_norm);
}
void draw_members(Arguments& from, nn::Checkpoint& x) {
  from.draw_all(x.model, x.optimizer, x.schedules, x.averages, x.loader, x.random, x.steps, x.bad_validations,
                x.best, x.config);
}
// Nothing is saved: that is CheckpointDirectory's part.
void draw_members(Arguments& from, nn::TrainerOptions& x) {
  from.draw_all(x.epochs, x.steps, x.accumulate, x.clip_norm, x.average_decay, x.validate_every, x.patience,
                x.detect_anomaly, x.checkpoints.every, x.checkpoints.keep, x.step_schedule_each_epoch);
}

namespace {

using testing::backend;
using Integers = std::vector<std::int64_t>;

Use items_of(std::shared_ptr<const nn::Dataset> dataset, std::int64_t index, Integers indices) {
  return [dataset = std::move(dataset), index, indices = std::move(indices)] {
    static_cast<void>(dataset->item(index));
    static_cast<void>(dataset->batch(indices));
  };
}

void add_datasets(Calls& calls) {
  calls.add("TensorDataset",
            [](const std::vector<Tensor>& tensors, std::int64_t index, const Integers& indices) {
              return items_of(std::make_shared<nn::TensorDataset>(tensors), index, indices);
            });
  calls.add("Subset", [](const nn::DatasetPtr& data, const Integers& some, std::int64_t index,
                         const Integers& indices) {
    return items_of(std::make_shared<nn::Subset>(data, some), index, indices);
  });
  calls.add("ConcatDataset",
            [](const std::vector<nn::DatasetPtr>& parts, std::int64_t index, const Integers& indices) {
              return items_of(std::make_shared<nn::ConcatDataset>(parts), index, indices);
            });
  calls.add("TokenWindows", [](const Tensor& tokens, nn::TokenWindows::Options options, std::int64_t index,
                               const Integers& indices) {
    return items_of(std::make_shared<nn::TokenWindows>(tokens, options), index, indices);
  });
  calls.add("random_split", [](const nn::DatasetPtr& data, Integers sizes, bool fits, std::uint64_t seed,
                               std::int64_t index) {
    if (fits && data != nullptr) sizes = {0, data->size()};
    return items_of(nn::random_split(data, sizes, seed).back(), index, {index});
  });
}

Use order_of(std::shared_ptr<const nn::Sampler> sampler, std::int64_t epoch) {
  return [sampler = std::move(sampler), epoch] { static_cast<void>(sampler->indices(epoch)); };
}

void add_samplers(Calls& calls) {
  calls.add("SequentialSampler", [](std::int64_t items, std::int64_t epoch) {
    return order_of(std::make_shared<nn::SequentialSampler>(items), epoch);
  });
  calls.add("RandomSampler", [](std::int64_t items, nn::RandomSampler::Options options, std::int64_t epoch) {
    return order_of(std::make_shared<nn::RandomSampler>(items, options), epoch);
  });
  calls.add("WeightedSampler",
            [](const std::vector<double>& weights, nn::WeightedSampler::Options options, std::int64_t epoch) {
              return order_of(std::make_shared<nn::WeightedSampler>(weights, options), epoch);
            });
  calls.add("DistributedSampler",
            [](std::int64_t items, nn::DistributedSampler::Options options, std::int64_t epoch) {
              return order_of(std::make_shared<nn::DistributedSampler>(items, options), epoch);
            });
}

/// Takes a few batches of an epoch.
void take_some(nn::DataLoader& loader) {
  int left = 3;
  for (const nn::Batch& batch : loader) {
    static_cast<void>(batch.size());
    if (--left == 0) break;
  }
}

void add_loader(Calls& calls) {
  calls.add("DataLoader",
            [](const nn::DatasetPtr& data, const nn::DataLoaderOptions& options,
               const nn::DataLoaderState& state) -> Use {
              return [loader = std::make_shared<nn::DataLoader>(data, options), state] {
                take_some(*loader);
                loader->load(state);
                take_some(*loader);
              };
            });
}

Use change_of(const nn::Transform& transform, const Tensor& x, const std::vector<std::uint64_t>& seeds) {
  return [=] { static_cast<void>(transform(x, seeds)); };
}

void add_transforms(Calls& calls) {
  using Seeds = const std::vector<std::uint64_t>&;
  calls.add("compose", [](bool is_empty, const Tensor& x, Seeds seeds) {
    return change_of(nn::compose({nn::to_float(), is_empty ? nn::Transform() : nn::random_flip()}), x, seeds);
  });
  calls.add("normalize",
            [](const std::vector<double>& mean, const std::vector<double>& deviation, const Tensor& x,
               Seeds seeds) { return change_of(nn::normalize(mean, deviation), x, seeds); });
  calls.add("random_flip", [](double probability, const Tensor& x, Seeds seeds) {
    return change_of(nn::random_flip(probability), x, seeds);
  });
  calls.add("random_crop", [](std::int64_t padding, const Tensor& x, Seeds seeds) {
    return change_of(nn::random_crop(padding), x, seeds);
  });
  calls.add("random_rotation", [](double degrees, const Tensor& x, Seeds seeds) {
    return change_of(nn::random_rotation(degrees), x, seeds);
  });
  calls.add("cutout", [](std::int64_t size, const Tensor& x, Seeds seeds) {
    return change_of(nn::cutout(size), x, seeds);
  });
}

Use coding_of(std::shared_ptr<const nn::Tokenizer> tokenizer, std::string_view text, const Integers& ids) {
  return [tokenizer = std::move(tokenizer), text = std::string(text), ids] {
    static_cast<void>(tokenizer->decode(tokenizer->encode(text)));
    static_cast<void>(tokenizer->decode(ids));
  };
}

void add_tokenizers(Calls& calls) {
  calls.add("CharTokenizer", [](std::string_view vocabulary, std::string_view text, const Integers& ids) {
    return coding_of(std::make_shared<nn::CharTokenizer>(vocabulary), text, ids);
  });
  calls.add("BytePairTokenizer::train", [](std::string_view learned, const nn::BytePairOptions& options,
                                           std::string_view text, const Integers& ids) {
    return coding_of(std::make_shared<nn::BytePairTokenizer>(nn::BytePairTokenizer::train(learned, options)),
                     text, ids);
  });
}

// Their contents are the fuzzers' part.
void add_files(Calls& calls) {
  const auto add = [&](const char* name, auto load) {
    calls.add(name, [load](const std::string& path) { static_cast<void>(load(path)); });
  };
  add("load_idx", [](const std::string& path) { return nn::load_idx(path); });
  add("load_image", [](const std::string& path) { return nn::load_image(path); });
  add("load_text", [](const std::string& path) { return nn::load_text(path); });
  add("load_csv", [](const std::string& path) { return nn::load_csv(path); });
  add("load_cifar10", [](const std::string& path) { return nn::load_cifar10({path}); });
  add("load_checkpoint", [](const std::string& path) { return nn::load_checkpoint(path); });
  add("CharTokenizer::load", [](const std::string& path) { return nn::CharTokenizer::load(path); });
  add("BytePairTokenizer::load", [](const std::string& path) { return nn::BytePairTokenizer::load(path); });
  add("WordPieceTokenizer::load", [](const std::string& path) { return nn::WordPieceTokenizer::load(path); });
}

template <class Metric, class... Parameters>
void add_metric(Calls& calls, const char* name) {
  calls.add(name, [](const Tensor& output, const Tensor& target, bool of_integers, Parameters... parameters) {
    Metric metric(parameters...);
    metric.update(output, of_integers && target.defined() ? target.to(DType::i64) : target);
    static_cast<void>(metric.value());
    metric.reset();
  });
}

void add_metrics(Calls& calls) {
  add_metric<nn::Accuracy>(calls, "Accuracy");
  add_metric<nn::TopKAccuracy, std::int64_t>(calls, "TopKAccuracy");
  add_metric<nn::ConfusionMatrix, std::int64_t>(calls, "ConfusionMatrix");
  add_metric<nn::Perplexity>(calls, "Perplexity");
  add_metric<nn::MeanAbsoluteError>(calls, "MeanAbsoluteError");
}

void tell(nn::Callback& callback, const nn::TrainingState& state, const nn::Evaluation& evaluation,
          nn::StopReason reason) {
  callback.on_start(state);
  callback.on_step(state);
  callback.on_validation(state, evaluation);
  callback.on_checkpoint(state, evaluation.metrics.front().first);
  callback.on_end(state, reason);
}

void add_statistics(Calls& calls) {
  calls.add("percentile", [](const std::vector<double>& times, double p) { nn::percentile(times, p); });
  calls.add("compare_times", [](const std::vector<double>& before, const std::vector<double>& after) {
    nn::compare_times(before, after);
  });
}

void add_callbacks(Calls& calls) {
  calls.add("Progress", [](const nn::TrainingState& state, const nn::Evaluation& evaluation,
                           nn::StopReason reason, nn::ProgressStyle style, double interval) {
    std::ostringstream out;
    double now = 0;
    nn::Progress progress(out,
                          {.style = style, .bar_interval = interval, .line_interval = interval, .clock = [&] {
                             return now += 100;
                           }});
    tell(progress, state, evaluation, reason);
  });
  calls.add("JsonLog",
            [](const nn::TrainingState& state, const nn::Evaluation& evaluation, nn::StopReason reason) {
              nn::JsonLog log("/dev/null");
              tell(log, state, evaluation, reason);
            });
  calls.add("TensorBoardLog",
            [](const nn::TrainingState& state, const nn::Evaluation& evaluation, nn::StopReason reason) {
              const testing::TemporaryFolder folder;
              nn::TensorBoardLog log(folder.path());
              tell(log, state, evaluation, reason);
            });
}

void add_checkpoints(Calls& calls) {
  calls.add("save_checkpoint", [](const nn::Checkpoint& checkpoint) {
    const testing::TemporaryFolder folder;
    const std::string path = folder.path() / "checkpoint";
    nn::save_checkpoint(path, checkpoint);
    static_cast<void>(nn::load_checkpoint(path));
  });
  calls.add("CheckpointDirectory", [](std::string_view name, std::int64_t keep, std::int64_t step) -> Use {
    const auto folder = std::make_shared<testing::TemporaryFolder>();
    const nn::CheckpointDirectory directory(folder->path() / ("a" + std::string(name)), keep);
    return [=] {
      for (int i = 0; i < 3; ++i) directory.save({.steps = step});
      directory.save_best({});
      static_cast<void>(nn::latest_checkpoint(folder->path()));
    };
  });
}

/// Ends each call of fit() after a few steps.
class FewSteps : public nn::Callback {
 public:
  explicit FewSteps(nn::Trainer& trainer) : trainer_(trainer) {}
  void on_step(const nn::TrainingState&) override {
    if (++steps_ % 3 == 0) trainer_.stop();
  }

 private:
  nn::Trainer& trainer_;
  int steps_ = 0;
};

struct Training {
  explicit Training(const nn::TrainerOptions& options)
      : trainer(model, optimizer, nn::MeanSquaredError(), options) {
    trainer.add(few_steps);
  }

  /// Trains, and goes on from what a file could hold.
  void run(const nn::DatasetPtr& data, const nn::Checkpoint& other) {
    model.to(backend());
    nn::DataLoader loader(data, {.batch_size = 2}), validation(data, {});
    trainer.fit(loader, &validation);
    nn::Checkpoint checkpoint = trainer.checkpoint(loader);
    checkpoint.steps = other.steps;
    checkpoint.bad_validations = other.bad_validations;
    checkpoint.best = other.best;
    checkpoint.loader = other.loader;
    trainer.load(checkpoint, loader);
    trainer.fit(loader, &validation);
    trainer.load(other, loader);
    trainer.fit(loader);
  }

  nn::Dense model{4, 4};
  nn::SGD optimizer{model.parameters(), {.learning_rate = 0.1}};
  nn::Trainer trainer;
  FewSteps few_steps{trainer};
};

void add_trainer(Calls& calls) {
  calls.add(
      "Trainer",
      [](const nn::DatasetPtr& data, const nn::TrainerOptions& options, const nn::Checkpoint& other) -> Use {
        return [run = std::make_shared<Training>(options), data, other] { run->run(data, other); };
      });
}

}  // namespace

void add_training(Calls& calls) {
  add_datasets(calls);
  add_samplers(calls);
  add_loader(calls);
  add_transforms(calls);
  add_tokenizers(calls);
  add_files(calls);
  add_metrics(calls);
  add_statistics(calls);
  add_callbacks(calls);
  add_checkpoints(calls);
  add_trainer(calls);
}

}  // namespace tinytorch::hostile
