  double sum = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const double x = logits[i];
    sum += std::max(x, 0.0) - x * target[i] + std::log(1 + std::exp(-std::abs(x)));
  }
  return sum / static_cast<double>(logits.size());
