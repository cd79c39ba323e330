// 2020: Brown et al., "Language models are few-shot learners", the third GPT. One of a size for a laptop
// learns to write like the King James Bible.

#include "examples/milestones/milestones.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "examples/common/corpus.h"
#include "examples/milestones/gpt_training.h"

namespace milestones {
namespace {

/// How often each byte comes after each other one. To each count 1 is added, as what never came still can.
class ByteCounts {
 public:
  explicit ByteCounts(std::string_view text) : pairs_(256 * 256, 1), first_(256, 256) {
    for (std::size_t i = 1; i < text.size(); ++i) {
      ++pairs_[index(text[i - 1]) * 256 + index(text[i])];
      ++first_[index(text[i - 1])];
    }
  }

  /// The bits a character that a text has if each byte is predicted by the one before it.
  double bits(std::string_view text) const {
    double bits = 0;
    for (std::size_t i = 1; i < text.size(); ++i)
      bits -= std::log2(pairs_[index(text[i - 1]) * 256 + index(text[i])] / first_[index(text[i - 1])]);
    return bits / static_cast<double>(examples::characters_of(text));
  }

 private:
  static std::size_t index(char byte) { return static_cast<unsigned char>(byte); }

  std::vector<double> pairs_, first_;
};

/// In seconds; wider and longer otherwise.
constexpr GptSizes kQuick{
    .vocabulary = 300, .context = 32, .width = 32, .layers = 1, .batch = 8, .steps = 40};

}  // namespace

int tinygpt(const examples::Program& program, const std::string& path) {
  const std::string text = examples::load_corpus(path);
  const examples::TextParts parts = examples::parts_of(text);
  const GptSizes sizes = program.quick ? kQuick : GptSizes{};
  GptTraining training(text, sizes, program);
  std::printf("%lld characters, a GPT of %lld parameters\n",
              static_cast<long long>(examples::characters_of(text)),
              static_cast<long long>(training.parameters()));
  const double by_pairs = ByteCounts(parts.training).bits(training.held_out_text()),
               before = training.held_out_bits();
  std::printf("held-out text, before training: %.3f bits a character\n", before);
  for (std::int64_t step = 1; step <= sizes.steps; ++step) {
    const double loss = training.step();
    if (step % (sizes.steps / 10) != 0) continue;
    std::printf("step %4lld: loss %.4f\n", static_cast<long long>(step), loss);
    std::fflush(stdout);
  }
  const double after = training.held_out_bits();
  std::printf(
      "held-out text: %.3f bits a character; each character predicted by the one before: %.3f\n\n%s\n", after,
      by_pairs, training.write("And ", program.quick ? 20 : 100).c_str());
  if (program.quick) {
    std::printf("\na quick run is too short to be better than pairs of characters\n");
    return after < before ? examples::kDone : examples::kFailed;
  }
  return after < by_pairs ? examples::kDone : examples::kFailed;
}

}  // namespace milestones
