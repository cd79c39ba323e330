  double sum = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const double s = 1 / (1 + std::exp(-static_cast<double>(logits[i])));
    sum -= target[i] * std::log(s) + (1 - target[i]) * std::log(1 - s);
  }
  return sum / static_cast<double>(logits.size());
