  double sum = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const double x = logits[i];
    sum += std::log1p(std::exp(x)) - x * target[i];
  }
  return sum / static_cast<double>(logits.size());
