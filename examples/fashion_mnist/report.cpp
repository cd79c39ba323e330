#include "examples/fashion_mnist/report.h"

#include <cstdio>
#include <vector>

using namespace tinytorch;

void print_confusion(const Tensor& confusion) {
  std::printf("\n%-9s", "");
  for (const char* name : examples::FashionMnist::kClasses) std::printf("%9s", name);
  std::printf("   correct\n");
  for (std::size_t i = 0; i < examples::FashionMnist::kClasses.size(); ++i) {
    const std::vector<std::int64_t> row =
        select(confusion, 0, static_cast<std::int64_t>(i)).to_vector<std::int64_t>();
    std::int64_t total = 0;
    std::printf("%-9s", examples::FashionMnist::kClasses[i]);
    for (const std::int64_t n : row) {
      std::printf("%9lld", static_cast<long long>(n));
      total += n;
    }
    std::printf("   %6.1f%%\n", 100.0 * static_cast<double>(row[i]) / static_cast<double>(total));
  }
}

Tensor wrong_images(const nn::Module& model, const examples::FashionMnist& data, nn::DataLoader& loader) {
  std::vector<Tensor> wrong;
  std::int64_t first = 0;
  for (const nn::Batch& batch : loader) {
    const Tensor found = flatten(nonzero(ne(argmax(model(batch[0]), 1), batch[1])));
    for (const std::int64_t i : found.to_vector<std::int64_t>()) {
      if (wrong.size() < 100) wrong.push_back(select(select(data.images, 0, first + i), 0, 0));
    }
    first += batch[0].size(0);
  }
  while (wrong.size() % 10 != 0 || wrong.empty()) wrong.push_back(zeros({28, 28}, {.dtype = DType::u8}));
  std::vector<Tensor> rows;
  for (std::size_t i = 0; i < wrong.size(); i += 10) {
    rows.push_back(concat(std::vector(wrong.begin() + static_cast<std::ptrdiff_t>(i),
                                      wrong.begin() + static_cast<std::ptrdiff_t>(i) + 10),
                          1));
  }
  return concat(rows, 0);
}
